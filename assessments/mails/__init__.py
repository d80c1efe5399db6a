"""Mails: one to each person an event concerns, in their language, sent by the worker after the event is on the disk.

A business step calls its function of ``events`` within its transaction. That writes one row for each mail; so a step
that is rolled back sends nothing, and the same event twice sends one mail. ``contents`` says what a mail says, when it
goes out. ``delivery`` sends what is due, again and again with growing pauses if it has to.
"""
