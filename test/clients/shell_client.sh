#!/bin/bash
# Drives the server as the scripts of administrators do: curl and openssl, XML unless JSON is asked for, GET or POST,
# a loop over queryAsyncJobResult, and sed to take answers apart.
set -u
: "${CS_ENDPOINT:?}" "${CS_KEY:?}" "${CS_SECRET:?}"
passed=0 failed=0 status='' answer='' METHOD=GET
head=$(mktemp) body=$(mktemp)
trap 'rm -f "$head" "$body"' EXIT

# check NAME ACTUAL EXPECTED
check() {
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); echo "PASS $1"
  else failed=$((failed + 1)); echo "FAIL $1: '$2' is not '$3' (HTTP $status: ${answer:0:300})"; fi
}

encode() {
  local LC_ALL=C text=$1 character code i
  for ((i = 0; i < ${#text}; i++)); do
    character=${text:i:1}
    case $character in
      [A-Za-z0-9._*-]) printf %s "$character" ;;
      *) printf -v code %d "'$character"; printf %%%02X $((code & 255)) ;;
    esac
  done
}

# api NAME=VALUE...: signs and sends; leaves `status` and `answer`
api() {
  local pair query signature
  query=$(for pair in "apiKey=$CS_KEY" "$@"; do echo "${pair%%=*}=$(encode "${pair#*=}")"; done | LC_ALL=C sort | paste -sd '&')
  signature=$(printf %s "$query" | tr A-Z a-z | openssl dgst -sha1 -hmac "${SECRET:-$CS_SECRET}" -binary | openssl base64)
  query+="&signature=$(encode "$signature")"
  if [ $METHOD = POST ]; then set -- --data "$query" "$CS_ENDPOINT"; else set -- "$CS_ENDPOINT?$query"; fi
  status=$(curl -s -m 60 -D "$head" -o "$body" -w '%{http_code}' "$@")
  answer=$(cat "$body")
}
json() { api response=json "$@"; }

# xml ELEMENT, field NAME: the first of that name in an answer in XML, in JSON
xml() { sed -n "s:.*<$1>\([^<]*\)</$1>.*:\1:p" <<<"${answer//></>$'\n'<}" | head -1 | sed 's/&quot;/"/g; s/&amp;/\&/g'; }
field() { grep -o "\"$1\":[^,}]*" <<<"$answer" | head -1 | cut -d: -f2- | tr -d '"\\'; }
type() { grep -i '^content-type:' "$head" | tr -d '\r' | cut -d' ' -f2-; }

# job NAME=VALUE...: sends and waits; leaves the answer of queryAsyncJobResult; fails unless the job has succeeded
job() {
  local id; json "$@"
  id=$(field jobid)
  [ "$status" = 200 ] && [ -n "$id" ] || return 1
  for _ in $(seq 300); do
    json command=queryAsyncJobResult "jobid=$id"
    case $(field jobstatus) in 1) return 0 ;; 2) return 1 ;; esac
    sleep 0.1
  done
  return 1
}
# ends HOW NAME NAME=VALUE...: checks how the job ends
ends() {
  local how=$1 name=$2 outcome=badly; shift 2
  job "$@" && outcome=well
  check "$name" $outcome "$how"
}

api command=listZones; zone=$(xml id)
check 'XML is the default' "$status $(type)" '200 text/xml; charset=UTF-8'
check 'XML has a declaration' "${answer:0:38}" '<?xml version="1.0" encoding="UTF-8"?>'
check 'XML has a count' "$(xml count) $(xml name)" '1 sandbox'
json command=listZones
check 'JSON on request' "$(type) $(field id)" "application/json; charset=UTF-8 $zone"
api command=listZones response=JSON; check 'JSON in any case' "$(field id)" "$zone"
METHOD=POST; json command=listZones; check 'JSON by POST' "$(field id)" "$zone"
api command=listZones; check 'XML by POST' "$(xml id)" "$zone"; METHOD=GET
CS_ENDPOINT+=/ api command=listZones; check 'a slash at the end' "$(xml id)" "$zone"

api command=listBackupProviders; check 'providers' "$(xml name)" dummy
api command=listBackupPolicies external=true "zoneid=$zone"; external=$(xml externalid)
check 'external policies' "$external" gold-policy
description='Nightly + weekly (50%) & more = "gold" * a/b: é,ü'
ends well 'import' command=importBackupPolicy 'name=from a script' "description=$description" "externalid=$external" "zoneid=$zone"
api command=listBackupPolicies "zoneid=$zone"; policy=$(xml id)
check 'text survives' "$(xml description)" "$description"
api command=listVirtualMachines name=db-1; machine=$(xml id)
check 'machine' "$(xml count) $(xml state)" '1 Running'
api command=listVirtualMachines name=web-1; other=$(xml id)
ends well 'assign' command=assignBackupPolicy "backuppolicyid=$policy" "virtualmachineid=$machine" "zoneid=$zone"
ends well 'back up' command=createBackup "virtualmachineid=$machine"
api command=listBackups "virtualmachineid=$machine"; backup=$(xml id)
volume=$(xml volumes | grep -o '[0-9a-f-]\{36\}' | head -1)
check 'backup' "$(xml status) ${#volume}" 'BackedUp 36'
ends badly 'a running machine is not restored' command=restoreBackup "id=$backup"
check 'its error' "$(grep -c 'stop it before it is restored' <<<"$answer")" 1
ends well 'stop' command=stopVirtualMachine "id=$machine"
METHOD=POST; ends well 'restore by POST' command=restoreBackup "id=$backup" "zoneid=$zone"; METHOD=GET
wish=("backupid=$backup" "volumeid=$volume" "virtualmachineid=$other" "zoneid=$zone")
ends well 'restore a volume' command=restoreBackupVolume "${wish[@]}"
api command=listVolumes "virtualmachineid=$other"; check 'the volume is there' "$(xml count)" 2
ends well 'unassign' command=removeVirtualMachineFromBackupOffering "virtualmachineid=$machine"
api command=deleteBackupPolicy "backuppolicyid=$policy"; check 'delete the policy' "$(xml success)" true
api command=listBackupPolicies "zoneid=$zone"; check 'an empty list' "${answer#*\?>}" '<listbackuppoliciesresponse cloud-stack-version="4.22.1.0"></listbackuppoliciesresponse>'
json command=listBackupPolicies "zoneid=$zone"; check 'an empty list in JSON' "$answer" '{"listbackuppoliciesresponse":{}}'

soon=$(date -u -d '+10 minutes' +%Y-%m-%dT%H:%M:%S+0000)
json command=listZones signatureVersion=3 "expires=$soon"; check 'before it expires' "$status" 200
json command=listZones signatureVersion=3 expires=2001-01-01T00:00:00+0000; check 'after it has expired' "$status" 401
json command=listZones signatureVersion=3; check 'without expires' "$status" 401
SECRET=wrong json command=listZones; check 'a wrong signature' "$status $(field errorcode)" '401 401'
SECRET=wrong api command=listZones; check 'a wrong signature in XML' "$status $(xml errorcode)" '401 401'
api command=restoreBackup; check 'a missing parameter' "$status $(xml errorcode) $(xml cserrorcode)" '431 431 9999'
check 'its header' "$(grep -i '^x-description:' "$head" | tr -d '\r' | cut -d' ' -f2-)" "$(xml errortext)"
json command=listBackups id=00000000-0000-4000-8000-000000000000; check 'an unknown id' "$status $(field errorcode)" '431 431'
json command=noSuchCommand; check 'an unknown command' "$status $(field errorcode)" '432 432'
echo "$passed passed, $failed failed"
[ $failed = 0 ]
