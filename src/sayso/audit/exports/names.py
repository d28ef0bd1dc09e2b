"""What exports call things, in English, German, French and Spanish, and how ERPs and storefronts shorten it.

A name is cut into words, each word is put into one language; what then stands there is looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_SAME = {
    "no": "n nr num number nummer numero id code kod codigo key nbr noo kurzel",
    "order": "bestellung bestell auftrag auftrags commande cde pedido belegung purchaseorder salesorder so",
    "document": "beleg doc dokument documento vbeln",
    "invoice": "rechnung rechnungs facture factura",
    "customer": "kunde kunden debitor debitoren client clients cliente clientes account buyer soldto sellto kd"
                " customers kunnr partner acheteur",
    "item": "artikel sku article articulo stock_code stockcode material produkt product producto produit prod"
            " teil part ref reference items matnr artikelnr",
    "quantity": "menge qty anzahl stueck quantite qte cantidad cant units ordered kwmeng",
    "price": "preis prix precio unitprice",
    "unit": "einheit unitaire unitario unitaria unite unidad uom measure me mengeneinheit meins",
    "line": "zeile position pos ligne linea lineitem posnr row item_no",
    "date": "termin datum fecha day tag jour",
    "country": "land pays pais countrycode",
    "currency": "wahrung waehrung devise moneda curr waers",
    "amount": "betrag montant importe wert value netto subtotal sub_total extended",
    "total": "gesamt gesamtbetrag summe grand totals",
    "tax": "mwst ust steuer tva iva vat taxes",
    "freight": "fracht versand versandkosten port porto shipping shipment livraison envio carriage delivery",
    "stock": "bestand lager inventory existencias inventaire lagerbestand",
    "available": "verfugbar verfuegbar disponible dispo availability",
    "site": "lagerort standort location warehouse depot entrepot almacen plant werk branch store lgort",
    "name": "bezeichnung beschreibung description nom nombre designation displayname",
    "due": "fallig faellig falligkeit vencimiento echeance deadline",
    "group": "gruppe groupe grupo",
    "variant": "variante variation",
    "vendor": "lieferant kreditor supplier fournisseur proveedor",
    "limit": "kreditlimit plafond limite",
    "credit": "kredit credito",
    "open": "offen offener ouvert abierto outstanding remaining restant balance saldo",
    "channel": "kanal canal source marketplace",
    "region": "state province bundesland provincia bezirk county",
    "reason": "grund motif motivo cause",
    "answer": "antwort reponse respuesta status result",
    "requested": "gewunscht wunsch souhaitee solicitada wanted required",
    "placed": "created ordered bestellt aufgegeben passee",
    "received": "eingegangen recu recibido",
    "status": "zustand statut estado",
    "discount": "rabatt remise descuento rebate",
    "min": "minimum mindest minimale minima minqty ab from staffel break tier",
    "hold": "gesperrt sperre blocked block bloque bloqueado",
    "factor": "faktor facteur",
    "as": "stand",
}  # fmt: skip
_TO_ONE: Mapping[str, str] = MappingProxyType(
    {word: one for one, words in _SAME.items() for word in words.split()}
)
_COMPOUNDS = (
    "kunden artikel bestell auftrags rechnungs liefer lager preis mengen waehrungs wahrungs faelligkeits debitoren"
    " kreditoren listen verkaufs beleg positions verfallig wunsch mindest einzel stueck gesamt waren"
)
_STEMS = sorted(_COMPOUNDS.split(), key=len, reverse=True)
_IDLE = frozenset(
    {"the", "of", "de", "du", "la", "le", "der", "die", "des", "per", "en", "in", "el", "a", "d", "l"}
)

#: By role column: what it may be called after its words were put into one language; the best first.
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "order": ("order", "order no", "invoice no", "document no", "web order no", "name", "external document no",
              "basket", "cart no", "transaction no", "invoice"),
    "line": ("line", "line no", "order line", "order line no", "sequence", "document line"),
    "placed": ("placed", "placed at", "order date", "placed date", "created at", "date placed", "invoice date",
               "order time", "timestamp", "order timestamp", "document date", "date", "order date time", "time"),
    "customer": ("customer", "customer no", "ship to no", "company no", "bill to no"),
    "country": ("country", "ship to country", "freight country", "freight address country", "country no",
                "delivery country", "country region", "country region no", "destination country"),
    "region": ("region", "freight region", "freight address region", "ship to region"),
    "channel": ("channel", "sales channel", "channel name", "order channel"),
    "currency": ("currency", "currency no", "order currency"),
    "total": ("total", "order total", "total amount", "gross total", "total price", "invoice total",
              "order amount", "amount total"),
    "freight": ("freight", "freight total", "freight cost", "freight amount", "freight charge"),
    "item": ("item", "item no", "stock no", "line item", "item item", "line item item", "article no", "ean", "gtin"),
    "variant": ("variant", "variant no"),
    "quantity": ("quantity", "quantity quantity", "order quantity", "line quantity", "line item quantity",
                 "on hand quantity", "open quantity", "remaining quantity"),
    "uom": ("uom", "unit", "unit no", "unit unit", "base unit", "unit of unit", "unit of unit no", "quantity unit",
            "sales unit", "base unit unit", "base unit no"),
    "unit_price": ("unit price", "price", "single price", "unit price net", "net price", "item price", "sales price",
                   "line item price"),
    "amount": ("amount", "line amount", "line total", "net amount", "line amount net", "line price"),
    "need_by": ("need by", "requested date", "requested freight date", "need by date", "freight date",
                "requested freight", "delivery date", "date requested", "requested"),
    "shown_available": ("shown available", "available shown", "stock shown", "shown stock", "available",
                        "available quantity", "displayed stock", "stock available"),
    "shown_date": ("shown date", "promised date", "date shown", "eta", "displayed date", "promise date",
                   "estimated freight date", "promised freight date", "expected date", "promised"),
    "answer": ("answer", "order answer", "line answer", "decision", "accepted"),
    "reason": ("reason", "answer reason", "rejection reason", "refusal reason"),
    "includes_tax": ("includes tax", "tax included", "prices include tax", "price includes tax"),
    "credit_ok": ("credit ok", "credit flag", "credit status", "credit check", "credit answer", "credit hold"),
    "available": ("available", "stock", "available quantity", "stock quantity", "quantity", "available stock",
                  "on hand", "stock level"),
    "price": ("price", "unit price", "sales price", "net price", "list price"),
    "as_of": ("as of", "as at", "asof", "snapshot", "snapshot date", "snapshot at", "updated at", "valid from",
              "exported at", "effective from", "effective date"),
    "min_quantity": ("min quantity", "min", "quantity min", "quantity break", "min order quantity"),
    "outcome": ("outcome", "answer", "order answer", "order outcome"),
    "on": ("on", "date", "promised date", "freight date", "confirmed date", "ship date"),
    "at": ("at", "created at", "time", "timestamp", "posted at", "decided at"),
    "on_hand": ("on hand", "stock", "quantity", "physical stock", "on hand quantity", "quantity on hand",
                "stock quantity", "stock on hand"),
    "safety_stock": ("safety stock", "min stock", "safety", "buffer stock"),
    "site": ("site", "site no", "stock site"),
    "name": ("name", "item name", "customer name"),
    "list_price": ("list price", "sales price", "unit price", "price"),
    "credit_limit": ("credit limit", "limit"),
    "hold": ("hold", "credit hold", "customer hold"),
    "bill_to": ("bill to", "bill to no", "bill to customer", "bill to customer no", "invoice to", "payer"),
    "parent": ("parent", "parent no", "parent customer", "parent customer no", "head office"),
    "document": ("document", "document no", "order no", "invoice no", "order", "invoice", "po no", "po"),
    "due": ("due", "due date", "expected date", "eta", "arrival date", "expected receipt date"),
    "issued": ("issued", "invoice date", "document date", "issued date", "date"),
    "posted": ("posted", "posting date", "posted date", "booking date"),
    "open": ("open", "open amount", "open total", "amount open"),
    "vendor": ("vendor", "vendor no"),
    "requested": ("requested", "requested date", "requested freight date", "need by"),
    "planned": ("planned", "planned date", "ship date", "freight date", "planned freight date", "freight date planned"),
    "received": ("received", "received date", "receipt date", "date received", "posting date"),
    "promised": ("promised", "promised date", "promised receipt date", "promise date"),
    "ordered": ("ordered", "placed date", "order date", "placed"),
    "receipt": ("receipt", "receipt no"),
    "factor": ("factor", "quantity unit", "quantity base unit", "base quantity", "conversion factor"),
    "terms_days": ("terms days", "payment days", "payment terms days", "net days"),
    "price_group": ("price group", "customer price group", "price list", "price group no"),
    "discount_group": ("discount group", "customer discount group", "item discount group", "discount group no"),
    "category": ("category", "item category", "item category no", "category no", "item group"),
    "starts": ("starts", "valid from", "starting date", "start date", "from date", "price date"),
    "ends": ("ends", "valid to", "ending date", "end date", "valid until"),
    "target": ("target", "item", "item no"),
    "source": ("source", "customer no", "customer"),
    "discount_percent": ("discount percent", "discount", "line discount"),
    "transit_days": ("transit days", "freight days", "transit time", "lead time days"),
    "lead_days": ("lead days", "lead time", "lead time days"),
    "working": ("working", "working day", "is working day"),
})  # fmt: skip

#: What files are called, by system and role, in small letters; the kinds' own names are known besides.
FILES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "storefront": {
        "orders": "order orders sales salesorders weborders web_orders bestellungen auftraege commandes pedidos"
                  " order_lines orderlines lines checkout checkouts transactions online_retail retail",
        "stock": "stock inventory availability bestand bestaende lager stocks inventaire existencias feed_stock"
                 " stock_feed inventory_levels inventory_level",
        "prices": "price prices pricelist price_list price_lists preise preisliste prix tarif precios price_feed",
        "customers": "customer customers credit credit_flags flags kunden clients clientes accounts",
    },
    "erp": {
        "items": "item artikel products product produkte articles articulos materials",
        "customers": "customer kunden debitoren clients clientes accounts",
        "stock": "inventory bestand bestaende stocks inventaire existencias on_hand",
        "prices": "price pricelist price_list preise tarif precios",
        "inbound": "purchase_orders purchaseorders po bestellungen_lieferanten supply incoming zugaenge",
        "demand": "sales_orders salesorders open_orders auftraege backlog order_lines",
        "receivables": "open_items openitems ar offene_posten op debtors invoices ledger",
        "receipts": "goods_receipts wareneingang grn receptions",
        "outcomes": "outcome results order_status acknowledgements order_responses ordrsp",
        "sites": "locations warehouses standorte lagerorte site",
        "units": "uom item_units einheiten units_of_measure",
    },
})  # fmt: skip


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """A name's words in one language: "Kundennummer" and "Customer No." both give customer, no."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.strip().removesuffix(".#"))
    found: list[str] = []
    for word in re.split(r"[^a-z0-9]+", _plain(apart)):
        found += [one for one in _parts(word) if one and one not in _IDLE]
    return tuple(found)


def _plain(text: str) -> str:
    """In small letters, without accents."""
    text = text.lower().replace("ß", "ss")
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def _parts(word: str) -> list[str]:
    """A word in the one language, a German compound cut at its first part."""
    if word in _TO_ONE or word in _SAME:
        return [_TO_ONE.get(word, word)]
    for stem in _STEMS:
        if word.startswith(stem) and len(word) > len(stem):
            return [
                *_parts(stem.rstrip("s") if stem.rstrip("s") in _TO_ONE else stem),
                *_parts(word[len(stem) :]),
            ]
    return [_STEM_WORDS.get(word, word)]


_STEM_WORDS: Mapping[str, str] = MappingProxyType(
    {"kunden": "customer", "bestell": "order", "auftrags": "order", "liefer": "freight", "waehrungs": "currency",
     "wahrungs": "currency", "faelligkeits": "due", "positions": "line", "einzel": "unit", "stueck": "unit",
     "mengen": "quantity", "waren": "item", "mindest": "min", "wunsch": "requested",
     "listen": "list", "verkaufs": "sales"}
)  # fmt: skip
