#!/usr/bin/env bash
# Loads what is in this folder into a cluster: lifecycle, pipelines, templates, and, with PICKET_KIBANA_URL,
# dashboards. It was written by `picket stack render`, needs bash and curl, and may be run again.
#
#	PICKET_URL=https://lab:9200 PICKET_CA=ca.crt PICKET_NETRC=lab.netrc ./install.sh
#
#	PICKET_URL                  where Elasticsearch or OpenSearch answers
#	PICKET_KIBANA_URL           where Kibana or OpenSearch Dashboards answers; without it no dashboards
#	PICKET_CA                   certificates (PEM) to check servers with, instead of the system's
#	PICKET_NETRC                file of lines: machine HOST login NAME password SECRET
#	PICKET_USER, PICKET_PASSWORD, or PICKET_API_KEY   instead of PICKET_NETRC
#	PICKET_FORCE=1              writes over what has our names and is not picket's
