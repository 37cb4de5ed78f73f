//! Devices by name: `flex`, `wgpu:0`, `cuda:1`.

use crate::device_options::DeviceOptions;
use burn::tensor::Device;
use thiserror::Error;

/// A device that cannot be had.
#[derive(Clone, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// This build has no backend of that name.
    #[error("device `{found}`: expected one of {offered}; other backends are features of this crate")]
    Unknown {
        /// The name given.
        found: String,
        /// What this build offers.
        offered: String,
    },
    /// The part after the colon is no index.
    #[error("device `{found}`: found index `{index}`, expected a number from 0, as in `{backend}:0`")]
    Index {
        /// The name given.
        found: String,
        /// The part after the colon.
        index: String,
        /// The part before it.
        backend: String,
    },
    /// This machine has fewer devices.
    #[error("device `{found}`: found {count} {backend} devices on this machine, expected more than {index}")]
    Absent {
        /// The name given.
        found: String,
        /// The backend.
        backend: String,
        /// Devices there are.
        count: usize,
        /// The index asked for.
        index: usize,
    },
    /// What follows the question mark is no option of such a device.
    #[error("device `{found}`: found option `{option}`, expected {expected}")]
    Option {
        /// The name given.
        found: String,
        /// What is no option.
        option: String,
        /// What it may be.
        expected: String,
    },
    /// The device cannot be started with these options.
    #[error(
        "device `{found}`: cannot be started with these options: {reason}; give the same ones wherever a process \
         names this device, before it is used"
    )]
    Runtime {
        /// The name given.
        found: String,
        /// What its runtime says.
        reason: String,
    },
}

supernet_space::debug_as_displayed!(DeviceError);

/// Names of the backends that this build offers, in the order in which it prefers them.
pub fn offered_devices() -> &'static [&'static str] {
    &[
        #[cfg(feature = "flex")]
        "flex",
        #[cfg(feature = "cuda")]
        "cuda",
        #[cfg(feature = "rocm")]
        "rocm",
        #[cfg(feature = "metal")]
        "metal",
        #[cfg(feature = "vulkan")]
        "vulkan",
        #[cfg(feature = "webgpu")]
        "webgpu",
        #[cfg(feature = "wgpu")]
        "wgpu",
    ]
}

/// The device called `name`: a backend's name, and for graphics cards an index after a colon
/// (`cuda:1`; 0 if left out).
///
/// Devices of `vulkan`, `metal`, `webgpu` and `wgpu` may be given options after a question mark,
/// joined by `&` (`vulkan:0?tasks=256&memory=exclusive`): `tasks`, launches that are handed to
/// the card together (32 if left out; more is faster where the driver is slow to begin, less lets
/// the card begin sooner), and `memory`, `adaptive` (large pages that tensors share, the default)
/// or `exclusive` (a page for each, less memory held where sizes vary). They hold for the process,
/// from the first time that the device is named with them; without any, a device that runs is
/// taken as it is.
///
/// # Errors
/// A backend that this build lacks (the message lists those that it has), an index that is no
/// number, one that this machine does not have, something that is no option, or options of a
/// device that runs with others.
pub fn device(name: &str) -> Result<Device, DeviceError> {
    let (place, options) = match name.split_once('?') {
        Some((place, options)) => (place, DeviceOptions::read(name, options)?),
        None => (name, DeviceOptions::default()),
    };
    let (backend, index) = match place.split_once(':') {
        Some((backend, index)) => (backend, Some(index)),
        None => (place, None),
    };
    let unknown = || DeviceError::Unknown { found: name.into(), offered: offers() };
    if !offered_devices().contains(&backend) {
        return Err(unknown());
    }
    let index = match index {
        Some(text) => text.parse::<usize>().map_err(|_| DeviceError::Index {
            found: name.into(),
            index: text.into(),
            backend: backend.into(),
        })?,
        None => 0,
    };
    let devices = devices(backend).ok_or_else(unknown)?;
    let absent = DeviceError::Absent { found: name.into(), backend: backend.into(), count: devices.len(), index };
    let device = devices.into_iter().nth(index).ok_or(absent)?;
    options.start(name, &device)?;
    Ok(device)
}

/// Names of all devices that this build and this machine offer: `flex`, `cuda:0`, `cuda:1`, …
pub fn present_devices() -> Vec<String> {
    let names = |backend: &&str| {
        let count = devices(backend).map_or(0, |devices| devices.len());
        let name = |index| if *backend == "flex" { "flex".into() } else { format!("{backend}:{index}") };
        (0..count).map(name).collect::<Vec<String>>()
    };
    offered_devices().iter().flat_map(names).collect()
}

/// Backends that this build offers and of which this machine has no device.
pub fn absent_devices() -> Vec<&'static str> {
    let absent = |backend: &&str| devices(backend).is_none_or(|devices| devices.is_empty());
    offered_devices().iter().copied().filter(absent).collect()
}

/// `flex`, `cuda:N`, …
fn offers() -> String {
    let name = |backend: &&str| if *backend == "flex" { "`flex`".into() } else { format!("`{backend}:N`") };
    match offered_devices() {
        [] => "none (this build has no backend)".into(),
        offered => offered.iter().map(name).collect::<Vec<String>>().join(", "),
    }
}

/// All devices of a backend on this machine.
fn devices(backend: &str) -> Option<Vec<Device>> {
    match backend {
        #[cfg(feature = "flex")]
        "flex" => Some(vec![Device::flex()]),
        #[cfg(feature = "cuda")]
        "cuda" => Some(Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec()),
        #[cfg(feature = "rocm")]
        "rocm" => Some(Device::enumerate(burn::tensor::DeviceType::Rocm).into_vec()),
        #[cfg(feature = "metal")]
        "metal" => Some(Device::enumerate(burn::tensor::DeviceType::Metal).into_vec()),
        #[cfg(feature = "vulkan")]
        "vulkan" => Some(Device::enumerate(burn::tensor::DeviceType::Vulkan).into_vec()),
        #[cfg(feature = "webgpu")]
        "webgpu" => Some(Device::enumerate(burn::tensor::DeviceType::WebGpu).into_vec()),
        #[cfg(feature = "wgpu")]
        "wgpu" => Some(Device::enumerate(burn::tensor::DeviceType::Wgpu).into_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "flex")]
    fn a_known_device_is_found_and_an_unknown_one_lists_what_there_is() {
        assert_eq!(device("flex").unwrap(), Device::flex());
        let error = device("tpu:0").unwrap_err().to_string();
        assert!(error.starts_with("device `tpu:0`: expected one of `flex`"), "{error}");
    }

    #[test]
    #[cfg(feature = "flex")]
    fn an_index_that_is_no_number_or_too_high_is_refused() {
        assert_eq!(
            device("flex:x").unwrap_err().to_string(),
            "device `flex:x`: found index `x`, expected a number from 0, as in `flex:0`"
        );
        assert_eq!(
            device("flex:3").unwrap_err().to_string(),
            "device `flex:3`: found 1 flex devices on this machine, expected more than 3"
        );
    }

    #[test]
    #[cfg(feature = "flex")]
    fn what_is_no_option_of_a_device_is_refused() {
        for (name, option) in [
            ("flex?task=3", "task=3"),
            ("flex?tasks=0", "tasks=0"),
            ("flex?memory=adaptive&memory=exclusive", "memory=exclusive"),
            ("flex?", ""),
        ] {
            let error = device(name).unwrap_err().to_string();
            let begin = format!("device `{name}`: found option `{option}`, expected `tasks=N`");
            assert!(error.starts_with(&begin), "{error}");
        }
        assert_eq!(
            device("flex?tasks=3").unwrap_err().to_string(),
            "device `flex?tasks=3`: found option `tasks=3`, expected none: devices of `vulkan`, `metal`, `webgpu` \
             and `wgpu` have them"
        );
    }
}
