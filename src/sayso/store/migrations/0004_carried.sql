-- What was promised for an order's item that the ERP reports without an amount: exposure does not fall by that silence.
CREATE TABLE carried (
    "order" text NOT NULL,
    item text NOT NULL,
    amount numeric NOT NULL,
    currency text,
    PRIMARY KEY ("order", item)
);
