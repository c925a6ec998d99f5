//! Sizes, regions and images that droplets name by slug, a part of the lists of `GET /v2/sizes`,
//! `/v2/regions` and `/v2/images`.

use serde_json::{Value, json};

/// Columns: slug, memory in MB, vCPUs, disk in GB, transfer in TB, monthly and hourly price,
/// description, GPUs, scratch disk in GB.
struct Size(&'static str, u64, u64, u64, f64, f64, f64, &'static str, u64, u64);

const SIZES: &[Size] = &[
    Size("s-1vcpu-512mb-10gb", 512, 1, 10, 0.5, 4.0, 0.00595, "Basic", 0, 0),
    Size("s-1vcpu-1gb", 1024, 1, 25, 1.0, 6.0, 0.00893, "Basic", 0, 0),
    Size("s-1vcpu-2gb", 2048, 1, 50, 2.0, 12.0, 0.01786, "Basic", 0, 0),
    Size("s-2vcpu-2gb", 2048, 2, 60, 3.0, 18.0, 0.02679, "Basic", 0, 0),
    Size("s-2vcpu-4gb", 4096, 2, 80, 4.0, 24.0, 0.03571, "Basic", 0, 0),
    Size("s-4vcpu-8gb", 8192, 4, 160, 5.0, 48.0, 0.07143, "Basic", 0, 0),
    Size("s-8vcpu-16gb", 16384, 8, 320, 6.0, 96.0, 0.14286, "Basic", 0, 0),
    Size("c-2", 4096, 2, 25, 4.0, 42.0, 0.0625, "CPU-Optimized", 0, 0),
    Size("g-2vcpu-8gb", 8192, 2, 25, 4.0, 63.0, 0.09375, "General Purpose", 0, 0),
    Size("m-2vcpu-16gb", 16384, 2, 50, 4.0, 84.0, 0.125, "Memory-Optimized", 0, 0),
    Size("gpu-h100x1-80gb", 245_760, 20, 720, 15.0, 2522.16, 3.39, "H100 GPU - 1X", 1, 5120),
];

const REGIONS: &[(&str, &str)] = &[
    ("ams3", "Amsterdam 3"),
    ("blr1", "Bangalore 1"),
    ("fra1", "Frankfurt 1"),
    ("lon1", "London 1"),
    ("nyc1", "New York 1"),
    ("nyc3", "New York 3"),
    ("sfo3", "San Francisco 3"),
    ("sgp1", "Singapore 1"),
    ("syd1", "Sydney 1"),
    ("tor1", "Toronto 1"),
];

/// Columns: slug, id, name, distribution, size in GB.
const IMAGES: &[(&str, u64, &str, &str, f64)] = &[
    ("ubuntu-24-04-x64", 155_133_621, "24.04 (LTS) x64", "Ubuntu", 2.36),
    ("ubuntu-22-04-x64", 129_211_873, "22.04 (LTS) x64", "Ubuntu", 2.34),
    ("debian-12-x64", 150_010_134, "12 x64", "Debian", 1.98),
    ("fedora-40-x64", 154_883_011, "40 x64", "Fedora", 2.11),
    ("gpu-h100x1-base", 166_407_044, "AI/ML Ready H100x1", "Ubuntu", 18.47),
];

const H100_REGIONS: &[&str] = &["nyc1", "nyc3", "tor1"];

fn region_slugs() -> Vec<&'static str> {
    REGIONS.iter().map(|(slug, _)| *slug).collect()
}

fn unknown<'a>(what: &str, slug: &str, known: impl Iterator<Item = &'a str>) -> String {
    format!("unknown {what} `{slug}`, the known ones are {}", known.collect::<Vec<_>>().join(", "))
}

/// A size in the form of OpenAPI `schemas/size`.
pub(crate) fn size(slug: &str) -> Result<Value, String> {
    let Some(Size(_, memory, vcpus, disk, transfer, monthly, hourly, description, gpus, scratch)) =
        SIZES.iter().find(|size| size.0 == slug)
    else {
        return Err(unknown("size", slug, SIZES.iter().map(|size| size.0)));
    };
    let mut size = json!({
        "slug": slug, "memory": memory, "vcpus": vcpus, "disk": disk, "transfer": transfer,
        "price_monthly": monthly, "price_hourly": hourly, "available": true, "description": description,
        "regions": if *gpus > 0 { H100_REGIONS.to_vec() } else { region_slugs() },
        "disk_info": [{ "type": "local", "size": { "amount": disk, "unit": "gib" } }],
    });
    if *gpus > 0 {
        size["gpu_info"] = json!({ "count": gpus, "model": "nvidia_h100", "vram": { "amount": 80, "unit": "gib" } });
    }
    if *scratch > 0
        && let Some(disks) = size["disk_info"].as_array_mut()
    {
        disks.push(json!({ "type": "scratch", "size": { "amount": scratch, "unit": "gib" } }));
    }
    Ok(size)
}

/// A region in the form of OpenAPI `schemas/region`.
pub(crate) fn region(slug: &str) -> Result<Value, String> {
    let Some((_, name)) = REGIONS.iter().find(|region| region.0 == slug) else {
        return Err(unknown("region", slug, REGIONS.iter().map(|region| region.0)));
    };
    let sizes: Vec<_> =
        SIZES.iter().filter(|size| size.8 == 0 || H100_REGIONS.contains(&slug)).map(|size| size.0).collect();
    Ok(json!({
        "name": name, "slug": slug, "available": true, "sizes": sizes,
        "features": ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"],
    }))
}

/// A public image in the form of OpenAPI `schemas/image`.
pub(crate) fn image(slug: &str) -> Result<Value, String> {
    let found = images().find(|image| image["slug"] == slug);
    found.ok_or_else(|| unknown("image", slug, IMAGES.iter().map(|image| image.0)))
}

/// All public images of the catalog.
pub(crate) fn images() -> impl Iterator<Item = Value> {
    IMAGES.iter().map(|(slug, id, name, distribution, gigabytes)| {
        json!({
            "id": id, "name": name, "distribution": distribution, "slug": slug, "public": true, "type": "base",
            "regions": region_slugs(), "created_at": "2024-04-26T12:00:00Z", "min_disk_size": 7,
            "size_gigabytes": gigabytes, "description": format!("{distribution} {name}"), "tags": [],
            "status": "available", "error_message": "",
        })
    })
}
