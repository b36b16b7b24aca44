"""What ``make.py`` does: it sets up ``.venv`` (``start``), and then ``python -m tools`` does the work in it.

Everything that runs before ``.venv`` is there uses the standard library only.

- before: ``start``, ``environment``, ``installation``, ``variables``, ``places``, ``lock``
- the command line: ``commands``, and the notebooks that its words name: ``notebooks``
- the work: ``book``, ``serve``, ``slides``, ``pdf``, ``test``, ``lab``, ``refresh``, ``bench``
- for all: ``messages``, ``processes``
"""
