"""The query language in short, for the help of a command: whoever installed the package has no other page of it."""

from __future__ import annotations

QUERY_HELP = """\b
The query language (--filter, --order-by, --columns):
  status = Failed and metric.loss.min < 0.2 and created > "2 hours ago"
  status:failed metric.loss.min<0.2 created>-2h     the same in short; blanks mean and

\b
Fields:
  id name description experiment type target submitter script reason parent
  status, and the numbers: number children depth
  created started ended heartbeat                   2026-01-31, "2026-01-31 14:30", -7d, today
  duration                                          90s, 2h, "1d 2h"
  tag.KEY property.KEY param.KEY                    param.lr is the option --lr of the script
  metric.NAME.FIGURE                                last min max first mean count last_step
                                                    min_step max_step; last where none is named
  rollup.NAME.FIGURE.ROLL                           mean, min, max or count over the children
  A key with other characters goes in quotes: metric."val loss".min

\b
Conditions:
  = != < <= > >=   in ("a", "b")   between 1 and 5   is null   is not null
  like "x%"   ilike "x%"   ~ "regular expression"   !~   text "found anywhere"
  and  or  not  ( )

\b
Short forms:
  status:running,queued   exp:"mnist*"   by:ann   name:fox   tag:baseline   has:children
"""
"""Paragraphs of a help text."""
