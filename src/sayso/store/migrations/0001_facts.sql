-- The facts as they were loaded: one table per kind, in the order of canon/kinds.py, which a test holds equal.
--
-- A blank in a key is stored as its neutral value ('' / 0 / -infinity) and means any; any other blank is NULL.
-- Every table ends in the same five columns:
--   as_of      when this was true in the system that told it; an older row never overwrites a newer one
--   fed_by     the source of the load that told it (prices has a key column named source, hence the name)
--   deleted    a tombstone: the key stays, so that an older row cannot bring it back; the other columns are NULL
--   load_id    the load that wrote the row, load_line its line there: two rows of one key in a load are told by it
-- Room is left in the pages of what is loaded daily, so that a new as_of costs no index entry.

CREATE SEQUENCE load_ids;

-- Loads from files, and how far each has come: written with every chunk, read to go on after an interruption.
CREATE TABLE loads (
    load_id bigint PRIMARY KEY DEFAULT nextval('load_ids'),
    resume_key text NOT NULL UNIQUE,
    kind text NOT NULL,
    source text NOT NULL,
    as_of timestamptz NOT NULL,
    rows_read bigint NOT NULL DEFAULT 0,
    report jsonb NOT NULL DEFAULT '{}',
    started timestamptz NOT NULL,
    changed timestamptz NOT NULL,
    finished timestamptz
);

-- How fresh each source's word on a kind is: the latest as_of that it told, and when it was loaded. What is older
-- than its latest whole snapshot and was not in it is gone, even if it is told only afterwards.
CREATE TABLE feeds (
    kind text NOT NULL,
    source text NOT NULL,
    as_of timestamptz NOT NULL,
    snapshot_as_of timestamptz,
    loaded timestamptz NOT NULL,
    PRIMARY KEY (kind, source)
);

CREATE TABLE currencies (
    currency text NOT NULL,
    decimals integer,
    price_precision numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (currency)
);

CREATE TABLE rates (
    currency text NOT NULL,
    "to" text NOT NULL,
    starts date NOT NULL DEFAULT '-infinity',
    rate numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (currency, "to", starts)
);

CREATE TABLE calendars (
    calendar text NOT NULL,
    date date NOT NULL,
    working boolean,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, date)
);

CREATE TABLE sites (
    site text NOT NULL,
    name text,
    company text,
    country text,
    region text,
    timezone text,
    cutoff text,
    calendar text,
    handling_days integer,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (site)
);

CREATE TABLE lanes (
    site text NOT NULL,
    country text NOT NULL DEFAULT '',
    region text NOT NULL DEFAULT '',
    transit_days integer,
    cost numeric,
    carrier text,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (site, country, region)
);

CREATE TABLE rules (
    rule text NOT NULL,
    effect text,
    item text,
    category text,
    hazard text,
    country text,
    region text,
    licence text,
    reason text,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (rule)
);

CREATE TABLE taxes (
    country text NOT NULL DEFAULT '',
    region text NOT NULL DEFAULT '',
    category text NOT NULL DEFAULT '',
    rate numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (country, region, category)
);

CREATE TABLE duties (
    country text NOT NULL DEFAULT '',
    hs_code text NOT NULL DEFAULT '',
    origin text NOT NULL DEFAULT '',
    rate numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (country, hs_code, origin)
);

CREATE TABLE credit_groups (
    "group" text NOT NULL,
    company text NOT NULL DEFAULT '',
    credit_limit numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY ("group", company)
);

CREATE TABLE items (
    item text NOT NULL,
    name text,
    uom text,
    status text,
    stocked boolean,
    category text,
    discount_group text,
    pack numeric,
    minimum numeric,
    available_from date,
    origin text,
    hs_code text,
    hazard text,
    weight_kg numeric,
    list_price numeric,
    currency text,
    lead_days integer,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (item)
) WITH (fillfactor = 85);

CREATE TABLE units (
    item text NOT NULL,
    uom text NOT NULL,
    factor numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (item, uom)
);

CREATE TABLE substitutes (
    item text NOT NULL,
    substitute text NOT NULL,
    rank integer,
    factor numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (item, substitute)
);

CREATE TABLE kits (
    item text NOT NULL,
    component text NOT NULL,
    quantity numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (item, component)
);
CREATE INDEX kits_component ON kits (component);

CREATE TABLE customers (
    customer text NOT NULL,
    name text,
    bill_to text,
    parent text,
    company text,
    "group" text,
    price_group text,
    discount_group text,
    campaigns text,
    segment text,
    country text,
    region text,
    currency text,
    terms_days integer,
    credit_limit numeric,
    hold text,
    shipping_days integer,
    calendar text,
    tax_exempt boolean,
    licences text,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (customer)
) WITH (fillfactor = 85);
CREATE INDEX customers_parent ON customers (parent) WHERE parent IS NOT NULL;
CREATE INDEX customers_bill_to ON customers (bill_to) WHERE bill_to IS NOT NULL;

CREATE TABLE prices (
    line_type text NOT NULL,
    source_type text NOT NULL,
    source text NOT NULL DEFAULT '',
    target_type text NOT NULL,
    target text NOT NULL DEFAULT '',
    uom text NOT NULL DEFAULT '',
    currency text NOT NULL DEFAULT '',
    variant text NOT NULL DEFAULT '',
    min_quantity numeric NOT NULL DEFAULT 0,
    starts date NOT NULL DEFAULT '-infinity',
    ends date,
    price numeric,
    discount_percent numeric,
    margin_percent numeric,
    includes_tax boolean,
    priority integer,
    country text,
    allow_discount boolean,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (line_type, source_type, source, target_type, target, uom, currency, variant, min_quantity, starts)
) WITH (fillfactor = 85);
CREATE INDEX prices_target ON prices (target_type, target);
CREATE INDEX prices_source ON prices (source_type, source);

CREATE TABLE stock (
    item text NOT NULL,
    site text NOT NULL,
    variant text NOT NULL DEFAULT '',
    on_hand numeric,
    reserved numeric,
    safety_stock numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (item, site, variant)
) WITH (fillfactor = 85);

CREATE TABLE inbound (
    document text NOT NULL,
    line text NOT NULL,
    variant text NOT NULL DEFAULT '',
    item text,
    site text,
    quantity numeric,
    reserved numeric,
    due date,
    vendor text,
    status text,
    kind text,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (document, line, variant)
) WITH (fillfactor = 85);
CREATE INDEX inbound_item ON inbound (item);

CREATE TABLE demand (
    document text NOT NULL,
    line text NOT NULL,
    variant text NOT NULL DEFAULT '',
    "order" text,
    item text,
    site text,
    quantity numeric,
    reserved numeric,
    requested date,
    planned date,
    due date,
    customer text,
    "group" text,
    contract text,
    status text,
    kind text,
    fulfilment text,
    supply_document text,
    supply_line text,
    amount numeric,
    amount_shipped_not_invoiced numeric,
    currency text,
    currency_factor numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (document, line, variant)
) WITH (fillfactor = 85);
CREATE INDEX demand_item ON demand (item) WHERE item IS NOT NULL;
CREATE INDEX demand_customer ON demand (customer) WHERE customer IS NOT NULL;
CREATE INDEX demand_order ON demand ("order") WHERE "order" IS NOT NULL;

CREATE TABLE receivables (
    document text NOT NULL,
    customer text,
    amount numeric,
    open numeric,
    currency text,
    issued date,
    due date,
    posted date,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (document)
) WITH (fillfactor = 85);
CREATE INDEX receivables_customer ON receivables (customer);

CREATE TABLE exposures (
    document text NOT NULL,
    customer text,
    kind text,
    amount numeric,
    currency text,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (document)
);
CREATE INDEX exposures_customer ON exposures (customer);

CREATE TABLE receipts (
    document text NOT NULL,
    line text NOT NULL,
    receipt text NOT NULL,
    item text,
    site text,
    vendor text,
    ordered date,
    promised date,
    received date,
    quantity numeric,
    as_of timestamptz NOT NULL,
    fed_by text NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    load_id bigint NOT NULL DEFAULT 0,
    load_line bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (document, line, receipt)
);
CREATE INDEX receipts_item_vendor ON receipts (item, vendor);
