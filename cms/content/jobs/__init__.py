"""One action on every row of a list, however many, in the background: started, walked, stopped, continued.

`kinds`    what a kind of job is: which rows, and what is done to each
`orders`   what people do with jobs: start, look, stop, continue
`walking`  the rows, by their id, a few at a time
`running`  what a worker does with a job
"""
