//! Options in the name of a device: they hold for the process, so this file has one test.

use burn::tensor::{Device, Tensor};
use supernet::{DeviceError, device};

fn twice_three(device: &Device) -> f32 {
    (Tensor::<1>::from_floats([3.0], device) * 2.0).into_scalar()
}

#[test]
fn a_device_runs_with_its_options_and_is_refused_others() {
    let name = std::env::var("BURN_DEVICE").unwrap_or_else(|_| "flex".into());
    let wgpu = ["vulkan", "metal", "webgpu", "wgpu"].contains(&name.split(':').next().unwrap_or_default());
    if !wgpu {
        println!("not run on {name}: it has no options");
        return;
    }
    let started = device(&format!("{name}?tasks=7&memory=exclusive")).unwrap();
    assert_eq!(twice_three(&started), 6.0);

    for again in [format!("{name}?memory=exclusive&tasks=7"), name.clone()] {
        let again = device(&again).unwrap();
        assert_eq!(again, started);
        assert_eq!(twice_three(&again), 6.0);
    }

    let other = format!("{name}?tasks=8");
    let error = device(&other).unwrap_err();
    assert!(matches!(&error, DeviceError::Runtime { found, .. } if *found == other), "{error}");
    assert!(error.to_string().contains("before it is used"), "{error}");
    assert_eq!(twice_three(&started), 6.0, "what runs goes on");
}
