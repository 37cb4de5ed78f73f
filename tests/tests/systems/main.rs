//! The systems of the references (docs/systems), each as a module: one program, since what it takes
//! is to build it.

mod companions;
mod drop_path;
mod generated;
mod lineage;
mod morph_net;
mod morphs;
mod option_gates;
mod programs;
