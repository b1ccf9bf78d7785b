-- Entries may be taken back (kind 'withdrawal'): a version that does not know of it would still count them.
SELECT 1;
