"""Nothing but a greeting: what the driver times is everything around it."""

from mpi4py import MPI

print(f"hello from rank {MPI.COMM_WORLD.Get_rank()} of {MPI.COMM_WORLD.Get_size()}")
