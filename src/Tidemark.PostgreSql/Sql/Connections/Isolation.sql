SELECT current_setting('default_transaction_isolation'), current_setting('default_transaction_isolation') IN ('read committed', 'read uncommitted')
