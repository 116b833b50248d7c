"""Payment providers, one small file each; the class is always named ``Gateway``."""
