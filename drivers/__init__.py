"""Device drivers: they talk to hardware and know nothing else of the house."""
