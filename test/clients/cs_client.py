#!/usr/bin/python3
"""Drives the server with the Python client `cs` (Debian: python3-cs)."""
import json
import xml.etree.ElementTree as ET

from cs import CloudStack, CloudStackException

from checks import DESCRIPTION, ENDPOINT, KEY, SECRET, UNKNOWN, check, done, equal, raised


def client(secret=SECRET, **options):
    return CloudStack(endpoint=ENDPOINT, key=KEY, secret=secret, timeout=30, poll_interval=0.1, job_timeout=60, **options)


def refused(status, work):
    error = raised(CloudStackException, work)
    equal(error.response.status_code, status)
    equal(error.error["errorcode"], status)
    return error.error["errortext"]


cs = client()


@check("zones")
def zone():
    answer = cs.listZones()
    equal(answer["count"], len(answer["zone"]))
    return answer["zone"][0]


@check("providers")
def _():
    equal([provider["name"] for provider in cs.listBackupProviders()["providers"]], ["dummy", "veeam"])


@check("external policies")
def external():
    answer = cs.listBackupPolicies(external="true", zoneid=zone["id"])
    equal(sorted(policy["externalid"] for policy in answer["backuppolicy"]), ["gold-policy", "silver-policy"])
    return answer["backuppolicy"][0]


@check("nothing is imported yet")
def _():
    equal(cs.listBackupPolicies(zoneid=zone["id"]), {})


@check("an imported policy keeps its text")
def policy():
    wish = dict(name="from cs", description=DESCRIPTION, externalid=external["externalid"], zoneid=zone["id"])
    imported = cs.importBackupPolicy(fetch_result=True, **wish)["backuppolicy"]
    equal(imported["description"], DESCRIPTION)
    listed = cs.listBackupPolicies(zoneid=zone["id"])
    equal([listed["count"], listed["backuppolicy"][0]], [1, imported])
    return imported


@check("machines")
def machines():
    listed = cs.listVirtualMachines(listall="true", zoneid=zone["id"])["virtualmachine"]
    equal(sorted(machine["name"] for machine in listed), ["db-1", "files-1", "web-1"])
    return {machine["name"]: machine["id"] for machine in listed}


def state_of(name):
    return cs.listVirtualMachines(id=machines[name])["virtualmachine"][0]["state"]


@check("assign")
def _():
    wish = dict(backuppolicyid=policy["id"], virtualmachineid=machines["db-1"], zoneid=zone["id"])
    equal(cs.assignBackupPolicy(fetch_result=True, **wish), {"success": True})


@check("back up and list")
def backup():
    equal(cs.createBackup(virtualmachineid=machines["db-1"], fetch_result=True), {"success": True})
    (backup,) = cs.listBackups(virtualmachineid=machines["db-1"])["backup"]
    equal(backup["status"], "BackedUp")
    equal(sorted(volume["type"] for volume in json.loads(backup["volumes"])), ["DATADISK", "ROOT"])
    return backup


@check("a running machine is not restored")
def _():
    error = raised(CloudStackException, lambda: cs.restoreBackup(id=backup["id"], fetch_result=True))
    equal("stop it before" in error.error["errortext"], True)


@check("restore")
def _():
    cs.stopVirtualMachine(id=machines["db-1"], fetch_result=True)
    equal(cs.restoreBackup(id=backup["id"], fetch_result=True)["success"], True)
    equal(state_of("db-1"), "Stopped")


@check("restore a volume")
def _():
    volume = [each["uuid"] for each in json.loads(backup["volumes"]) if each["type"] == "DATADISK"][0]
    before = cs.listVolumes(virtualmachineid=machines["web-1"])["count"]
    wish = dict(backupid=backup["id"], volumeid=volume, virtualmachineid=machines["web-1"], zoneid=zone["id"])
    equal(cs.restoreBackupVolume(fetch_result=True, **wish)["success"], True)
    equal(cs.listVolumes(virtualmachineid=machines["web-1"])["count"], before + 1)


@check("a machine from a backup")
def _():
    made = cs.createVMFromBackup(zoneid=zone["id"], backupid=backup["id"], name="copy", fetch_result=True)["virtualmachine"]
    equal([made["name"], made["state"], cs.listVolumes(virtualmachineid=made["id"])["count"]], ["copy", "Running", 2])
    cs.destroyVirtualMachine(id=made["id"], fetch_result=True)
    equal(cs.recoverVirtualMachine(id=made["id"])["virtualmachine"]["state"], "Stopped")
    cs.destroyVirtualMachine(id=made["id"], expunge=True, fetch_result=True)
    equal(raised(CloudStackException, lambda: cs.listVirtualMachines(id=made["id"])).error["errorcode"], 431)


@check("delete the policy")
def _():
    cs.removeVirtualMachineFromBackupOffering(virtualmachineid=machines["db-1"], forced="true", fetch_result=True)
    equal(cs.deleteBackupPolicy(backuppolicyid=policy["id"]), {"success": True})
    equal(cs.listBackupPolicies(zoneid=zone["id"]), {})


@check("delete the backup")
def _():
    equal(cs.deleteBackup(id=backup["id"], fetch_result=True), {"success": True})
    equal(cs.listBackups(virtualmachineid=machines["db-1"]), {})


@check("XML")
def _():
    root = ET.fromstring(cs.listZones(json=False))
    equal([root.tag, root.findtext("count"), root.find("zone").findtext("id")], ["listzonesresponse", "1", zone["id"]])


@check("an error in XML")
def _():
    root = ET.fromstring(raised(CloudStackException, lambda: cs.restoreBackup(json=False)).error)
    equal([root.tag, root.findtext("errorcode")], ["restorebackupresponse", "431"])


@check("POST")
def _():
    equal(client(method="post").listZones()["zone"], [zone])


@check("fetch_list gathers the pages")
def _():
    for pagesize in ("1", "2", "500"):
        fetched = cs.listVirtualMachines(listall="true", fetch_list=True, pagesize=pagesize)
        equal(sorted(machine["name"] for machine in fetched), ["db-1", "files-1", "web-1"])
    equal(cs.listVirtualMachines(keyword="no such machine", fetch_list=True), [])


@check("requests that do not expire")
def _():
    equal(client(expiration=-1).listZones()["count"], 1)


@check("requests that have expired")
def _():
    refused(401, lambda: cs.listZones(expires="2001-01-01T00:00:00+0000", signatureVersion="3"))


@check("errors")
def _():
    credentials = "unable to verify user credentials and/or request signature"
    equal(refused(401, lambda: client("wrong").listZones()), credentials)
    equal(refused(431, lambda: cs.restoreBackup()), "Unable to execute API command restorebackup due to missing parameter id")
    gone = refused(431, lambda: cs.listBackups(id=UNKNOWN))
    equal("Invalid parameter id value=%s due to incorrect long value format, or entity does not exist" % UNKNOWN in gone, True)
    refused(432, lambda: cs.noSuchCommand())


@check("a failed job is told as it is")
def _():
    job = cs.createBackup(virtualmachineid=machines["web-1"])
    error = raised(CloudStackException, lambda: cs._jobresult(jobid=job["jobid"]))
    equal("has no backup offering" in error.error["errortext"], True)
    failed = cs.queryAsyncJobResult(jobid=job["jobid"])
    equal([failed["jobstatus"], failed["jobresultcode"], failed["jobresult"]["errorcode"]], [2, 530, 530])


done()
