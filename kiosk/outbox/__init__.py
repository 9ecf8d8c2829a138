"""The durable queue to the service: rows on disk are the queue, sockets never are."""
