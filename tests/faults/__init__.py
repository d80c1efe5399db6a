"""Fault runs: the real app under gunicorn while workers are killed, the database restarts and disks are full.

``python3 run.py faults`` lists them and runs them. Each keeps a journal of what the app has acknowledged, outside the
app, and compares it with the database afterwards. A run whose negative control reports no loss is void.
"""
