"""Both systems' exports, read and mapped: what people get out of a storefront and an ERP."""
