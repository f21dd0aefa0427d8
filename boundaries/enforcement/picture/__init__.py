"""How is the coupling graph drawn, so that eight contexts or three hundred can be read?

`scene` says what one drawing shows, `fold` which contexts become one box when there are too many, `layering`,
`ordering` and `layout` where each box and arrow lies; `svg` and `html` write it down.
"""
