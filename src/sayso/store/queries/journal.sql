-- The journal of decisions. {fits} is filled in by store/journal.py: what a decision has to be like, from $1 to $7.

-- name: months
-- The months of which there are decisions, as the names of their partitions tell.
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'decisions'::regclass ORDER BY c.relname;

-- name: size
-- Bytes on disk of all months, with their indexes.
SELECT coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::bigint FROM pg_inherits i
WHERE i.inhparent = 'decisions'::regclass;

-- name: cuts
-- Every so many-th number of a range of moments, in order, with its place: where slices begin.
SELECT id, place FROM (
    SELECT id, row_number() OVER (ORDER BY id, made) AS place FROM decisions WHERE made >= $1 AND made < $2) v
WHERE place % $3 = 0 ORDER BY id;

-- name: page
-- Decisions of a slice that are as asked, in the order of their numbers, from behind a key.
SELECT id, made, customer, account, verdict, answer, evidence FROM decisions
WHERE {fits} AND id >= $8 AND ($9::text IS NULL OR id < $9) AND (id, made) > ($10, $11)
ORDER BY id, made LIMIT $12;

-- name: unrecorded
-- Promises whose decision is not on record, of a slice.
SELECT p.id, p.made FROM promises p
WHERE p.id >= $1 AND ($2::text IS NULL OR p.id < $2) AND p.made >= $3 AND p.made < $4
    AND ($5::text[] IS NULL OR p.id = ANY ($5)) AND ($6::text[] IS NULL OR p.customer = ANY ($6))
    AND NOT EXISTS (SELECT FROM decisions d WHERE d.id = p.id AND d.made = p.made)
ORDER BY p.id;

-- name: outcomes
-- What became of promises: state, order, the last word of the promise ledger, whether it is at risk now, how it was made.
SELECT p.id, p.made, p.channel, p.state, p."order", e.how, e.cause,
    EXISTS (SELECT FROM cases c WHERE c.promise = p.id AND c.state = 'open' AND c.kind = 'promise_at_risk') AS at_risk
FROM promises p
LEFT JOIN LATERAL (
    SELECT l.how, l.cause FROM promise_ends l WHERE l.promise = p.id ORDER BY l.number DESC LIMIT 1) e ON true
WHERE p.id = ANY ($1::text[]);

-- name: troubled
-- Items at sites of which somebody's promise came at risk since a moment: their places in what was asked.
SELECT v.place FROM unnest($1::text[], $2::text[], $3::timestamptz[]) WITH ORDINALITY AS v (item, site, since, place)
WHERE EXISTS (
    SELECT FROM cases c WHERE c.kind = 'promise_at_risk' AND c.item = v.item AND c.site = v.site AND c.opened >= v.since);

-- name: window_end
-- How far back a look at so many decisions reaches, from before a key.
SELECT id, made FROM decisions
WHERE made >= $1 AND made < $2 AND (id, made) < ($3, $4)
ORDER BY id DESC, made DESC OFFSET $5 LIMIT 1;

-- name: newest
-- Decisions that are as asked, the newest first, between two keys.
SELECT d.id, d.made, d.customer, d.account, d.verdict, d.answer, d.evidence, p.state, p."order"
FROM (
    SELECT id, made, customer, account, verdict, answer, evidence FROM decisions
    WHERE {fits} AND (id, made) < ($8, $9) AND (id, made) >= ($10, $11)
    ORDER BY id DESC, made DESC LIMIT $12) d
LEFT JOIN promises p ON p.id = d.id AND p.made = d.made
ORDER BY d.id DESC, d.made DESC;

-- name: of_order
-- The promises that an order stands on.
SELECT promise FROM orders WHERE "order" = $1;
