"""Market data straight from venues: fetched over the network, checked, cached by month."""
