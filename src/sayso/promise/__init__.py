"""The judgement: may this buyer have this, when, at what price, on what terms? Pure."""
