//! How supernets are trained and candidates scored, and whether a ranking is to be trusted: one
//! program, since what it takes is to build it.

mod proxies;
mod rank_statistics;
mod ranking;
mod samplers;
mod scoring;
mod trust;
