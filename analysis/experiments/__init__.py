"""One question per file: parameters in, a frozen result out."""
