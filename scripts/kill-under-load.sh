#!/usr/bin/env bash
# Kills servers under load: kill-under-load.sh [kills] [seed]. A run that has failed is repeated with the seed in the test's name.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run build
KILLS="${1:-100}" SEED="${2:-$RANDOM}" NODE_OPTIONS=--experimental-vm-modules npx jest test/scenario/kill-under-load
