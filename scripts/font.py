"""Makes the font of papers, internal/offline/HealthcodeSans.ttf.gz, from two fonts of Debian: Droid Sans Fallback has the
Chinese characters but no Latin letter, so these come from Roboto. Needs python3-fonttools, fonts-droid-fallback and
fonts-roboto-unhinted; run it at the root of the repository."""

import gzip
import os
import tempfile

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

UNITS = 512  # an em; whole numbers of both fonts' units
LAYOUT = ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "fpgm", "prep", "cvt ", "gasp", "kern", "hdmx", "VDMX", "LTSH", "DSIG"]
NOTICE = "Droid Sans Fallback: Copyright 2006-2010 Google Corp. Roboto: Copyright 2011 Google Inc. Apache License 2.0. Merged."


def plain(font):
    for table in LAYOUT:
        if table in font:
            del font[table]
    scale_upem(font, UNITS)
    return font


chinese = TTFont("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")
latin = TTFont("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf")
options = subset.Options()
options.layout_features, options.hinting = [], False
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[c for c in latin.getBestCmap() if c == 32 or c not in chinese.getBestCmap()])
subsetter.subset(latin)

with tempfile.TemporaryDirectory() as folder:
    parts = []
    for name, font in ("latin", latin), ("chinese", chinese):
        parts.append(os.path.join(folder, name))
        plain(font).save(parts[-1])
    merged = merge.Merger().merge(parts)
    names = merged["name"]
    names.names = []
    for number, text in (0, NOTICE), (1, "Healthcode Sans"), (2, "Regular"), (3, "Healthcode Sans 1"), (4, "Healthcode Sans"), (6, "HealthcodeSans"):
        names.setName(text, number, 3, 1, 0x409)
    merged.recalcTimestamp = False
    merged["head"].created = merged["head"].modified = 3_000_000_000
    path = os.path.join(folder, "merged")
    merged.save(path)
    with open(path, "rb") as plain_file, open("internal/offline/HealthcodeSans.ttf.gz", "wb") as packed:
        packed.write(gzip.compress(plain_file.read(), 9, mtime=0))
