"""Cases opened, brought up to date, worked and closed; silence noticed."""
