"""Makes the engine's runs agree with the cases."""
