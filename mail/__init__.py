"""Every message that leaves: outbox, sending, suppression, the development mailbox page."""
