"""What the demo shows: a shop of four Bitrix24 integrations, its pages, its people and a customer with history."""
