"""The database of attempts: journalled before they start, committed whole when they end."""
