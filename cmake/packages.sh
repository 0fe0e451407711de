# shellcheck shell=bash
# For quickstart and check: which packages of Debian 12 are needed, and how to get them.
# shellcheck disable=SC2034 # the lists are used by the two scripts

build_packages=(gcc libc6-dev cmake ninja-build pkg-config libxml2-dev libyaml-dev libyajl-dev
	libevtx-dev libgit2-dev nettle-dev libhyperscan-dev
	libssh2-1-dev libsqlite3-dev libarchive-dev libc-ares-dev zlib1g-dev openssh-client
	libcurl4-openssl-dev libssl-dev)
# Servers of the test endpoints, and what their Windows-like ones are made of (tests/fleet).
endpoint_packages=(openssh-server wine64 gcc-mingw-w64-x86-64-win32)
# Search engines for tests/stack, and foreign readers of what picket writes for Logstash.
stack_packages=(openjdk-17-jre-headless maven curl perl openssl socat ruby python3-venv)
test_packages=(binutils libcmocka-dev clang libclang-rt-14-dev clang-format mandoc libxml2-utils time
	git gnupg)

# Runs a command as root.
as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Installs those of the packages that are missing; without any, nothing needs root or the network.
install_packages() {
	local package missing=()
	for package in "$@"; do
		[[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]] ||
			missing+=("$package")
	done
	if ((${#missing[@]} == 0)); then
		echo "All ${#} packages are installed."
		return
	fi
	echo "Installing: ${missing[*]}"
	as_root apt-get update -qq
	if [[ " ${missing[*]} " == *' openssh-server '* && -d /run/systemd/system ]]; then
		echo "The system's own SSH server is not started: ssh.service and ssh.socket are masked."
		as_root systemctl mask --quiet ssh.service ssh.socket
	fi
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}
