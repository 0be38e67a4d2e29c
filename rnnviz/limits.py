"""What one run may ask for: every bound with its reason, for widgets, links and the engine."""

# Largest record the library makes unless told otherwise: half the memory of a small laptop.
LIBRARY_MAX_BYTES = 4 * 2**30

# Largest record one visitor's page may make: visitors share one server process.
APP_MAX_BYTES = 64 * 2**20

# Numbers of the runs in a page that carries them itself: a phone still opens it.
PAGE_MAX_BYTES = 64 * 2**20

# Numbers of the run that a picture is drawn of, outside of the visitor's browser.
PICTURE_MAX_BYTES = 64 * 2**20

# Seconds that one picture may take; those of the largest nets take below 5.
PICTURE_MAX_SECONDS = 30

# Pixels of a PNG: A2 at 300 dpi, about 140 MB while it is painted.
MAX_PICTURE_PIXELS = 36_000_000

# Pictures of one film: at a tenth of a second each, a minute of a server's core.
MAX_FRAMES = 600

# Pixels of all of them together: what is packed and unpacked takes as long as the drawing.
MAX_FILM_PIXELS = 800_000_000

# Seconds that a film lasts: longer than anybody watches a net compute.
MAX_FILM_SECONDS = 300

# Seconds in which a film must be made; the largest take a third of it.
FILM_MAX_SECONDS = 600

# Films that are made at once, of all visitors: each keeps a core busy.
MAX_FILMS_AT_ONCE = 2

# Pixels of a film's width: legible on a phone, and as wide as a projector shows.
MIN_FILM_WIDTH, MAX_FILM_WIDTH = 480, 1920

# Cells of a picture in TikZ: pdflatex takes 9 s for as many.
TIKZ_MAX_CELLS = 20_000

# Its text: what TeX reads in a few seconds, and an editor opens with ease.
TIKZ_MAX_BYTES = 2 * 2**20

# What the sliders offer. A drawing of more layers than this no longer fits a laptop's screen.
MAX_LAYERS = 6

# Rows of the heatmaps: beyond this a unit is thinner than a pixel.
MAX_HIDDEN_SIZE = 256

# Columns of W_ih and rows of the drawn input, of nets made here.
MAX_INPUT_SIZE = 256

# The same of nets out of files, which often read embeddings of 300 to 1,024 numbers; the bound on
# the bytes of a record holds besides.
MAX_NET_INPUT_SIZE = 4_096

# Columns of the heatmaps and of the unrolled diagram.
MAX_SEQ_LEN = 256

# Samples computed side by side; one of them is drawn.
MAX_BATCH = 16

# Characters of the lengths of a batch: three digits and what parts them, twice over.
MAX_LENGTHS_CHARS = 2 * 5 * MAX_BATCH

# Characters that name the layers of a stack: six of them, each with five activations.
MAX_STACK_CHARS = 600

# Seeds that fit an ordinary 32-bit integer in other tools, so that a run can be repeated there.
MAX_SEED = 2**31 - 1

# Characters of a typed text: one timestep each.
MAX_TEXT_CHARS = MAX_SEQ_LEN

# Characters of a vocabulary: one input column each, and one shared by what is unknown.
MAX_VOCABULARY_CHARS = MAX_INPUT_SIZE - 1

# The text of a vocabulary: a word of 15 letters and a blank for each column. It travels in a link.
MAX_VOCABULARY_TEXT = 4_000

# Tokens read of a text file, of which a window is shown: two chapters, run through in a second.
MAX_FILE_TOKENS = 20_000

# Numbers that they may become, as rows of an embedding: 96 MiB.
MAX_TEXT_VALUES = 12_582_912

# States kept along a sequence, from which a window of it starts.
ALONG_MAX_BYTES = 128 * 2**20

# Numbers read from one file, checked before anything is parsed.
MAX_FILE_VALUES = 1_000_000

# Characters of pasted numbers: as many as one file may hold, each printed with 8 of them.
MAX_PASTED_CHARS = 8 * 2**20

# Arrays in one pasted text: a list with the state of every timestep.
MAX_PASTED_ARRAYS = MAX_SEQ_LEN

# Bytes of one uploaded file; `.streamlit/config.toml` names the same bound in MB.
MAX_FILE_BYTES = 32 * 2**20

# Code points of one character: Unicode's stream-safe text has at most 30 marks on a letter
# (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format), its longest emoji 10.
MAX_CHAR_CODE_POINTS = 32

# Characters of a column's name, taken from a file's header: what fits beside a heatmap's row.
MAX_COLUMN_CHARS = 40

# Bytes of a model's file and of its arrays, for the library: a word embedding of 500,000 x 300.
MODEL_MAX_BYTES = 2**30

# Numbers changed by hand at once, and the characters of the text that holds them in a link:
# browsers and servers take addresses of 8,000.
MAX_EDITS = 200
MAX_EDITS_CHARS = 6_000

# Pixels along a side of an uploaded picture: 64 MiB once it is unpacked.
MAX_IMAGE_SIDE = 4_096

# Sets of edits kept under names, and the characters of a name.
MAX_EDIT_SETS = 100
MAX_SET_NAME_CHARS = 40

# Bytes of the JSON in a session's file: all sets of edits at their longest, and room for the rest.
MAX_SESSION_JSON_BYTES = 2 * 2**20

# Rows of a table as CSV: those of a spreadsheet's sheet, but for the header. 60 MB of text.
MAX_CSV_ROWS = 2**20 - 1

# Rows of a table as Parquet: 500 MB while its columns are made.
MAX_PARQUET_ROWS = 10_000_000


class TooLargeError(ValueError):
    """More than a bound allows; the message names what to lower."""
