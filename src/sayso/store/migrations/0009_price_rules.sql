-- What rules of other ERPs carry beside price and percent: a greatest quantity, rounding and a surcharge.
ALTER TABLE prices
    ADD COLUMN max_quantity numeric,
    ADD COLUMN round_to numeric,
    ADD COLUMN surcharge numeric;

-- A price row as cards carry it.
CREATE OR REPLACE FUNCTION price_line(p prices) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'line_type', p.line_type, 'source_type', p.source_type, 'source', p.source, 'target_type', p.target_type,
        'target', p.target, 'uom', p.uom, 'currency', p.currency, 'variant', p.variant,
        'min_quantity', p.min_quantity::text, 'starts', nullif(p.starts, '-infinity'::date), 'ends', p.ends,
        'price', p.price::text, 'discount_percent', p.discount_percent::text, 'margin_percent', p.margin_percent::text,
        'includes_tax', coalesce(p.includes_tax, false), 'priority', coalesce(p.priority, 0),
        'country', coalesce(p.country, ''), 'allow_discount', coalesce(p.allow_discount, true),
        'max_quantity', p.max_quantity::text, 'round_to', p.round_to::text, 'surcharge', p.surcharge::text))
$$;
