"""Deals, their lines and payments: three namespaces, one app."""

from common.records.routes import urls

deals = (urls("deals.deal"), "deals")
lines = (urls("deals.dealline"), "lines")
payments = (urls("deals.payment"), "payments")
