-- What other ERPs count in exposure: orders without tax, as far as they are not billed, by the company that sells; and
-- the limit of a company, a credit group whose name is blank.
ALTER TABLE demand
    ADD COLUMN amount_net numeric,
    ADD COLUMN amount_shipped_not_invoiced_net numeric,
    ADD COLUMN percent_billed numeric,
    ADD COLUMN company text;
ALTER TABLE receivables ADD COLUMN company text;
ALTER TABLE exposures ADD COLUMN company text;
ALTER TABLE credit_groups ALTER COLUMN "group" SET DEFAULT '';
