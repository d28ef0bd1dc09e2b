"""A company's systems, simulated: they are asked over HTTP and send messages as real ones do, and keep books of their
own. They know nothing of Sayso but its public doors."""
