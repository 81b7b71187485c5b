"""Planner: how a bound statement reads its tables. DESIGN §5; cost-based planning will stand here."""
