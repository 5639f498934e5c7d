"""How much of an answer is taken: texts of so many characters, lists of so many items.

Popsell documents no lengths, and a person may write anything. What is longer has a designed outcome,
so that no text makes a page slow for everybody. What people read whole stays whole: messages,
summaries and comments. `POPSELL_MAX_BYTES` bounds those.
"""

NAME = 200
"""Characters of a first, last or user name, or of a product's. A longer one is cut, and ends in "…".

A person's that is cut and may hold an e-mail address is unknown: half an address tells too much."""

E_MAIL = 254
"""Characters of an e-mail address, as RFC 5321 has them. A longer one is unknown: it is invalid, and
its beginning could be somebody else's.
"""

NUMBER = 255
"""Characters of a customer id and of other references. A longer one is unknown, as above."""

ADDRESS = 2048
"""Characters of a page's or picture's address. A longer one is unknown: half of it leads elsewhere."""

CODE = 64
"""Characters of a code that comes as a word, as many as `CodeName.code` keeps.

A longer one is cut and gets a "…". It still shows and still counts as an anomaly. That makes it too
long to be kept or named, so two of them never share a name.
"""

REFUSAL = 500
"""Characters of each of Popsell's own words about a request. Longer ones are cut, and end in "…"."""

FIELDS = 20
"""Fields of a refusal, and words about each of them. More are left out: nobody corrects so many."""

WAITING = 2000
"""Customers of the waiting list, which comes as a whole. With more it is no list that we can use."""

ROWS = 200
"""Items of one page of a list. A page of more is no answer that we can use.

Popsell sends 25 or so. Rows that are left out would be missed by nobody, since no page has them."""

LINKS = 50
"""Links of the envelope, which no page shows. More are left out."""

PRODUCTS = 21
"""Products of a message: the page names twenty and says that there are more."""

WORDINGS = 20
"""Languages of a topic's names. More are left out."""

IMAGES = 10
"""Images of a product, which no page shows. More are left out."""

OBJECT = 100
"""Bytes that an object of a large answer takes at least, on average.

The contract's objects take twice as many. An answer of smaller ones is no answer that we can use:
making sense of them would take much longer than reading them."""
