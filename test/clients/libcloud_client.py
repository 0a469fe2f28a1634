#!/usr/bin/python3
"""Drives the server with Apache Libcloud's CloudStack driver (Debian: python3-libcloud)."""
import json

from libcloud.common.types import InvalidCredsError, ProviderError
from libcloud.compute.drivers.cloudstack import CloudStackNodeDriver

from checks import DESCRIPTION, ENDPOINT, KEY, SECRET, UNKNOWN, check, done, equal, raised


def driver(secret=SECRET):
    return CloudStackNodeDriver(KEY, secret, url=ENDPOINT, secure=False)


cloud = driver()
cloud.connection.poll_interval = 0.1


def ask(command, **params):
    return cloud._sync_request(command, params=params)


def run(command, **params):
    return cloud._async_request(command, params=params)


@check("list_locations")
def zone():
    (location,) = cloud.list_locations()
    equal(location.name, "sandbox")
    return location.id


@check("list_nodes")
def nodes():
    found = {node.name: node for node in cloud.list_nodes()}
    equal(sorted(found), ["db-1", "files-1", "web-1"])
    equal({node.extra["zone_id"] for node in found.values()}, {zone})
    return found


@check("list_nodes in a location")
def _():
    equal(len(cloud.list_nodes(location=cloud.list_locations()[0])), 3)


@check("ex_get_node")
def _():
    equal(cloud.ex_get_node(nodes["db-1"].id).name, "db-1")


@check("list_volumes")
def _():
    volumes = cloud.list_volumes()
    equal(len(volumes), 6)
    equal(cloud.ex_get_volume(volumes[0].id).id, volumes[0].id)
    equal(sorted(volume.size // 2**30 for volume in cloud.list_volumes(node=nodes["db-1"])), [8, 20])


@check("ex_stop and ex_start")
def _():
    cloud.ex_stop(nodes["web-1"])
    equal(cloud.ex_get_node(nodes["web-1"].id).state, "stopped")
    cloud.ex_start(nodes["web-1"])
    equal(cloud.ex_get_node(nodes["web-1"].id).state, "running")


@check("providers and external policies")
def external():
    equal(ask("listBackupProviders")["providers"][0]["name"], "dummy")
    return ask("listBackupPolicies", external="true", zoneid=zone)["backuppolicy"][0]["externalid"]


@check("import")
def policy():
    imported = run("importBackupPolicy", name="from libcloud", description=DESCRIPTION, externalid=external, zoneid=zone)
    equal(imported["backuppolicy"]["description"], DESCRIPTION)
    return imported["backuppolicy"]["id"]


@check("assign")
def _():
    equal(run("assignBackupPolicy", backuppolicyid=policy, virtualmachineid=nodes["db-1"].id, zoneid=zone), {"success": True})


@check("back up and list")
def backup():
    equal(run("createBackup", virtualmachineid=nodes["db-1"].id), {"success": True})
    (backup,) = ask("listBackups", virtualmachineid=nodes["db-1"].id)["backup"]
    equal(backup["status"], "BackedUp")
    return backup


@check("restore")
def _():
    cloud.ex_stop(nodes["db-1"])
    equal(run("restoreBackup", id=backup["id"], zoneid=zone)["success"], True)


@check("restore a volume")
def _():
    volume = json.loads(backup["volumes"])[0]["uuid"]
    before = len(cloud.list_volumes(node=nodes["web-1"]))
    wish = dict(backupid=backup["id"], volumeid=volume, virtualmachineid=nodes["web-1"].id, zoneid=zone)
    equal(run("restoreBackupVolume", **wish)["success"], True)
    equal(len(cloud.list_volumes(node=nodes["web-1"])), before + 1)


@check("list_sizes, list_images, networks and disk offerings")
def parts():
    sizes = {size.name: size for size in cloud.list_sizes()}
    equal([sizes["Simulated medium"].ram, sizes["Simulated medium"].extra["cpu"]], [2048, 2])
    (image,) = cloud.list_images(location=cloud.list_locations()[0])
    (network,) = cloud.ex_list_networks()
    equal([network.name, network.zoneid], ["sandbox", zone])
    disks = {offering.name: offering for offering in cloud.ex_list_disk_offerings()}
    equal([disks["Simulated small disk"].size, disks["Simulated custom disk"].customizable], [5, True])
    return sizes["Simulated medium"], image, network, disks["Simulated small disk"]


@check("create_node, reboot_node and destroy_node")
def _():
    size, image, network, disk = parts
    node = cloud.create_node(name="made", size=size, image=image, networks=[network], diskoffering=disk, ex_rootdisksize="2", ex_start_vm=True)
    equal([node.name, node.state, node.extra["size_id"], node.extra["image_id"]], ["made", "running", size.id, image.id])
    (nic,) = cloud.ex_list_nics(node)
    equal([nic.network_id, nic.ip_address, nic.is_default], [network.id, node.private_ips[0], True])
    equal(sorted(volume.size // 2**30 for volume in cloud.list_volumes(node=node)), [2, 5])
    equal([cloud.reboot_node(node), cloud.ex_get_node(node.id).state], [True, "running"])
    equal(cloud.destroy_node(node, ex_expunge=True), True)
    raised(ProviderError, lambda: cloud.ex_get_node(node.id))


@check("create_volume, attach_volume, detach_volume and destroy_volume")
def _():
    volume = cloud.create_volume(3, "spare", ex_volume_type="Simulated custom disk")
    equal(cloud.attach_volume(nodes["web-1"], volume), True)
    equal(cloud.detach_volume(volume), True)
    equal(cloud.destroy_volume(volume), True)
    raised(ProviderError, lambda: cloud.ex_get_volume(volume.id))


@check("delete the policy")
def _():
    run("removeVirtualMachineFromBackupOffering", virtualmachineid=nodes["db-1"].id)
    equal(ask("deleteBackupPolicy", backuppolicyid=policy), {"success": True})
    equal(ask("listBackupPolicies", zoneid=zone), {})


@check("a wrong secret is told from other errors")
def _():
    raised(InvalidCredsError, lambda: driver("wrong").list_locations())


@check("errors carry code and text")
def _():
    missing = raised(ProviderError, lambda: ask("restoreBackup"))
    equal([missing.http_code, "missing parameter id" in missing.value], [431, True])
    unknown = raised(ProviderError, lambda: ask("listBackups", id=UNKNOWN))
    equal([unknown.http_code, "entity does not exist" in unknown.value], [431, True])
    equal(raised(ProviderError, lambda: ask("noSuchCommand")).http_code, 432)


@check("a failed job is raised with its text")
def _():
    error = raised(Exception, lambda: run("createBackup", virtualmachineid=nodes["web-1"].id))
    equal("has no backup offering" in str(error), True)


done()
