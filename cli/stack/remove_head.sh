#!/usr/bin/env bash
# Removes from a cluster what install.sh of this folder has loaded: what carries picket's mark and nothing
# else. It was written by `picket stack render`, needs bash and curl, and removes no events.
#
#	PICKET_URL=https://lab:9200 PICKET_CA=ca.crt PICKET_NETRC=lab.netrc ./remove.sh
#
# The variables are those of install.sh.
