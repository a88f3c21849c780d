//! Readers of market data, seeded generators and the surface fitter.
