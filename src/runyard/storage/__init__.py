"""Where everything is kept. Services see the interfaces of ``base.py``; ``server/app.py`` names the back-ends."""
