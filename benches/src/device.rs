//! The device of a run: `BURN_DEVICE`, as every test and bench reads it.

use supernet::burn::tensor::Device;

/// `BURN_DEVICE`, `flex` if unset: `vulkan:0`, `cuda:1`, …
pub fn device_name() -> String {
    std::env::var("BURN_DEVICE").unwrap_or("flex".into())
}

/// The device of that name; where this build or this machine lacks it, that is said and the process
/// ends with 2.
pub fn device() -> Device {
    supernet::device(&device_name()).unwrap_or_else(|error| {
        eprintln!("BURN_DEVICE: {error}");
        std::process::exit(2)
    })
}
