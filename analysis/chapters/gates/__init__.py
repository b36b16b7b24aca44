"""Chapter 13: recurrent cells with gates."""
