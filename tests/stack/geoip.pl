#!/usr/bin/env perl
# geoip.pl FOLDER: writes small databases in the format of MaxMind DB 2.0, under the names that the
# servers look for. They know only addresses that are set aside for documentation (RFC 5737, 3849).
use strict;
use warnings;

my @networks = (
	['192.0.2.0', 24, 'NA', 'North America', 'US', 'United States', 'US-TX', 'Texas', 'Austin',
		30.2672, -97.7431, 64496, 'Example Hosting'],
	['198.51.100.0', 24, 'EU', 'Europe', 'DE', 'Germany', 'DE-BE', 'Berlin', 'Berlin',
		52.52, 13.405, 64497, 'Example Netz'],
	['203.0.113.0', 24, 'AS', 'Asia', 'KR', 'South Korea', 'KR-11', 'Seoul', 'Seoul',
		37.5665, 126.978, 64498, 'Example Telecom'],
	['2001:db8::', 32, 'OC', 'Oceania', 'AU', 'Australia', 'AU-NSW', 'New South Wales', 'Sydney',
		-33.8688, 151.2093, 65536, 'Example Transit'],
);

# Types of the data section.
sub head {
	my ($type, $size) = @_;
	my $more = '';
	if ($size >= 29) {
		$more = chr($size - 29);
		$size = 29;
	}
	return $type < 8 ? chr($type << 5 | $size) . $more : chr($size) . chr($type - 7) . $more;
}
sub text { return head(2, length $_[0]) . $_[0] }
sub double { return head(3, 8) . pack('d>', $_[0]) }
sub uint16 { return head(5, 2) . pack('n', $_[0]) }
sub uint32 { return head(6, 4) . pack('N', $_[0]) }
sub uint64 { return head(9, 8) . pack('Q>', $_[0]) }
sub array { return head(11, scalar @_) . join('', @_) }

sub map_of {
	my $out = head(7, @_ / 2);
	while (my ($key, $value) = splice(@_, 0, 2)) {
		$out .= text($key) . $value;
	}
	return $out;
}

sub named { return (names => map_of(en => text($_[0])), geoname_id => uint32(1)) }

sub place {
	my ($continent, $continent_name, $country, $country_name) = @{$_[0]}[2 .. 5];
	return (continent => map_of(code => text($continent), named($continent_name)),
		country => map_of(iso_code => text($country), named($country_name)));
}

my %kinds = (
	'GeoLite2-Country' => sub { map_of(place($_[0])) },
	'GeoLite2-City' => sub {
		my ($region, $region_name, $city, $latitude, $longitude) = @{$_[0]}[6 .. 10];
		return map_of(place($_[0]), city => map_of(named($city)),
			subdivisions => array(
				map_of(iso_code => text($region =~ s/.*-//r), named($region_name))),
			location => map_of(latitude => double($latitude), longitude => double($longitude)));
	},
	'GeoLite2-ASN' => sub {
		my ($number, $organization) = @{$_[0]}[11, 12];
		return map_of(autonomous_system_number => uint32($number),
			autonomous_system_organization => text($organization));
	},
);

# The bits of a network: one of IPv4 is within ::/96.
sub bits {
	my ($address, $length) = @_;
	if ($address =~ /:/) {
		my @groups = map { hex } split /:/, $address;
		return substr(unpack('B*', pack('n8', @groups, (0) x (8 - @groups))), 0, $length);
	}
	return '0' x 96 . substr(unpack('B*', pack('C4', split /\./, $address)), 0, $length);
}

for my $kind (sort keys %kinds) {
	my @nodes = ([undef, undef]);
	my $data = '';
	for my $network (@networks) {
		my @path = split //, bits(@$network);
		my $last = pop @path;
		my $node = 0;
		for my $bit (@path) {
			if (!defined $nodes[$node][$bit]) {
				push @nodes, [undef, undef];
				$nodes[$node][$bit] = $#nodes;
			}
			$node = $nodes[$node][$bit];
		}
		$nodes[$node][$last] = 'data ' . length $data;
		$data .= $kinds{$kind}->($network);
	}
	my $tree = '';
	for my $record (map { @$_ } @nodes) {
		my $value = !defined $record ? @nodes
			: $record =~ /^data (.*)/ ? @nodes + 16 + $1 : $record;
		$tree .= substr(pack('N', $value), 1);
	}
	open my $file, '>:raw', "$ARGV[0]/$kind.mmdb" or die "$ARGV[0]: $!\n";
	print $file $tree, "\0" x 16, $data, "\xab\xcd\xefMaxMind.com", map_of(
		binary_format_major_version => uint16(2), binary_format_minor_version => uint16(0),
		build_epoch => uint64(1700000000), database_type => text($kind),
		description => map_of(en => text('Made for tests')), ip_version => uint16(6),
		languages => array(text('en')), node_count => uint32(scalar @nodes),
		record_size => uint16(24));
	close $file or die "$ARGV[0]: $!\n";
}
