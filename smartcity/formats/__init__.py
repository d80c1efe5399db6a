"""How dates look where Django's own forms do not fit."""
