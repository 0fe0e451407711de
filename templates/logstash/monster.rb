
# What is no table. Workers run it at the same time, so what belongs to a record is in arguments. For
# the Ruby of Logstash 6 (2.3) and later.

NONE = "-".freeze
TAB = "\t".freeze
EPOCH = 116_444_736_000_000_000
FAR = 208_591_200_000_000_000

def register(_params)
  @events = picket_events
  @headers = picket_headers
  @objects = picket_objects
  @hives = picket_hives
  @registry_types = picket_registry_types
end

def filter(event)
  text = event.get("message").to_s.sub(/[\r\n]+\z/, "")
  move_sender(event)
  event.remove("message")
  event.remove("[event][original]")
  record = read(text)
  doc = { :event => event, :invalid => [], :registry => ["", "", ""] }
  put_columns(doc, record)
  put_registry(doc)
  put_monster(doc, record)
  put_event(doc, record, text)
  [event]
end

# Inputs put the address of the sender where documents have that of the host they are about.
def move_sender(event)
  host = event.get("host")
  host = host["ip"] if host.is_a?(Hash)
  host = event.get("[@metadata][input][tcp][source][ip]") if host.nil?
  event.remove("host")
  event.set("[log][source][address]", host) if host.is_a?(String)
end

# --- records ---

def id?(text)
  !(text =~ /\A[0-9]{4,5}\z/).nil?
end

def guid?(text)
  !(text =~ /\A[0-9A-Fa-f{}-]+\z/).nil? && text.count("0-9A-Fa-f") == 32
end

# Behind <PRI> and a header of syslog, which a blank divides from the record.
def find_record(text)
  text = text.sub(/\A<[0-9]{1,3}>/, "")
  first = text[0, text.index(TAB) || text.length]
  start = (first.rindex(" ") || -1) + 1
  start += 1 if first[start] == "\u{FEFF}"
  word = first[start..-1]
  id?(word) || guid?(word) ? text[start..-1] : text
end

def read(text)
  return { :columns => [], :problem => "empty record", :whole => true } if text.empty?
  columns = find_record(text).split(TAB, -1)
  record = { :columns => columns[0, 64], :whole => columns.length > 64 }
  identify(record, columns)
  if record[:generation].nil?
    record[:problem] = "no event id"
  elsif columns.length < (record[:generation] == "1" ? 5 : 7)
    record[:problem] = "fewer columns than the header has"
  elsif record[:row].nil?
    record[:problem] = "unknown event id"
  end
  record[:whole] ||= !record[:problem].nil?
  record
end

def identify(record, columns)
  if id?(columns[0])
    record[:generation] = "1"
    record[:id] = columns[0]
    record[:row] = @events["1"][columns[0]]
  elsif columns.length > 2 && id?(columns[2])
    row = @events["2"][columns[2]]
    return if row.nil? && !guid?(columns[0])
    record[:generation] = "2"
    record[:id] = columns[2]
    record[:row] = row
  end
end

# --- values ---

def to_long(text)
  if text =~ /\A0[xX][0-9A-Fa-f]+\z/
    number = text[2..-1].to_i(16)
  elsif text =~ /\A-?[0-9]+\z/
    number = text.to_i
  else
    return nil
  end
  number.between?(-(2**63), 2**63 - 1) ? number : nil
end

def ip4?(text)
  octets = text.split(".", -1)
  octets.length == 4 && octets.all? { |o| o =~ /\A(0|[1-9][0-9]{0,2})\z/ && o.to_i < 256 }
end

def ip6?(text)
  halves = text.split("::", -1)
  return false if text.empty? || text =~ /:::/ || halves.length > 2
  groups = halves.map { |half| half.split(":", -1) }
  last = groups.last.last
  if last && last.include?(".")
    return false unless ip4?(last)
    groups.last[-1, 1] = ["0", "0"]
  end
  all = groups.flatten
  return false unless all.all? { |group| group =~ /\A[0-9A-Fa-f]{1,4}\z/ }
  halves.length == 2 ? all.length < 8 : all.length == 8
end

def ip?(text)
  text.include?(":") ? ip6?(text) : ip4?(text)
end

def date(filetime, hours, format)
  Time.at((filetime - EPOCH) / 10_000_000 + hours * 3600).utc.strftime(format)
end

def exact(filetime)
  date(filetime, 0, "%Y-%m-%dT%H:%M:%S") + format(".%07dZ", filetime % 10_000_000)
end

def korean(filetime)
  date(filetime, 9, "%Y-%m-%d %H:%M:%S") + format(".%03d", filetime % 10_000_000 / 10_000)
end

def timestamp(filetime)
  ticks = filetime - EPOCH
  LogStash::Timestamp.at(ticks / 10_000_000, ticks % 10_000_000 / 10_000 * 1000)
end

def items(text)
  text.split("|").reject { |item| item.empty? }
end

# One item of a list of objects; the last member has what is left.
def to_object(item, object, wrong)
  members = object["members"]
  found = {}
  item.split(/["`]/, members.length).each_with_index do |text, i|
    next if text.empty?
    value = members[i] == object["number"] ? to_long(text) : text
    wrong << text if value.nil?
    found[members[i]] = value unless value.nil?
  end
  found
end

# --- columns ---

def put_columns(doc, record)
  return if record[:generation].nil?
  row = record[:row]
  columns = row.nil? ? @headers[record[:generation]] : row["columns"]
  columns.each_with_index do |column, i|
    text = record[:columns][i]
    next if text.nil? || text.empty? || (text == NONE && column[1] != "text")
    put_column(doc, column, text, record[:generation])
  end
end

def put_column(doc, column, text, generation)
  name, type = column
  value = to_value(doc, column, text)
  doc[:invalid] << "#{name}=#{text}" if value.nil?
  return if value.nil? || value == []
  object = @objects[type]
  name = object["field"] if object && object["field"]
  doc[:event].set("[#{name}]", value)
  value = put_dates(doc, column, value, generation) if type == "filetime"
  put_ecs(doc, column, text, value) unless value.nil?
end

# What a column becomes; nil if it is not what its type says.
def to_value(doc, column, text)
  case column[1]
  when "text" then text
  when "ip" then ip?(text) ? text : nil
  when "long", "unix", "filetime" then to_long(text)
  when "list" then items(text)
  when "ips"
    good = items(text).select { |item| ip?(item) }
    doc[:invalid] << "#{column[0]}=#{text}" if good.length < items(text).length
    good
  else
    wrong = []
    list = items(text).map { |item| to_object(item, @objects[column[1]], wrong) }
    doc[:invalid] << "#{column[0]}=#{text}" unless wrong.empty?
    list
  end
end

# The dates beside a FILETIME; what ECS gets, or nil if it is no date.
def put_dates(doc, column, filetime, generation)
  return nil if filetime <= EPOCH || filetime >= FAR
  text = exact(filetime)
  derived = column[4]
  doc[:event].set("[#{derived}]", generation == "1" ? korean(filetime) : text) if derived
  if column[2] == "time"
    doc[:event].set("@timestamp", timestamp(filetime))
    doc[:time] = text
  end
  text
end

# --- ECS ---

# "process.hash.md5" as Logstash writes it.
def put(doc, path, value)
  doc[:event].set("[" + path.gsub(".", "][") + "]", value)
end

def put_text(doc, path, text)
  put(doc, path, text) unless text.empty?
end

def name_of(path)
  path[/[^\\\/]*\z/]
end

def put_ecs(doc, column, text, value)
  target = column[3]
  case column[2]
  when "copy" then put(doc, target, value)
  when "number"
    number = to_long(text)
    put(doc, target, number) unless number.nil?
  when "first" then put(doc, target, value.first)
  when "hash" then put(doc, target, text.tr("A-Z", "a-z")) unless text.delete("0").empty?
  when "path"
    put(doc, target, text)
    put_text(doc, target.sub(/[^.]*\z/, "name"), name_of(text))
  when "file" then put_file(doc, text)
  when "user" then put_user(doc, target, text)
  when "key" then doc[:registry][0] = text
  when "key_part" then doc[:registry][1] = text
  when "value" then doc[:registry][2] = text
  when "data_type"
    number = to_long(text)
    known = number && number >= 0 ? @registry_types[number] : nil
    put(doc, target, known || text)
  end
end

def put_file(doc, path)
  name = name_of(path)
  folder = path[0, path.length - name.length]
  dot = name.rindex(".")
  put(doc, "file.path", path)
  put_text(doc, "file.name", name)
  folder = folder[0..-2] unless folder =~ /\A.:.\z/
  put_text(doc, "file.directory", folder) unless folder.nil?
  put_text(doc, "file.extension", name[dot + 1..-1]) if dot && dot > 0
end

def put_user(doc, target, text)
  domain, name = text.include?("\\") ? text.split("\\", 2) : ["", text]
  put_text(doc, target + ".domain", domain)
  put_text(doc, target + ".name", name)
end

# The parts that are not empty, with one backslash between them.
def join(parts)
  parts = parts.reject { |part| part.empty? }
  trimmed = parts.each_with_index.map do |part, i|
    part = part.sub(/\A\\+/, "") if i > 0
    part = part.sub(/\\+\z/, "") if i + 1 < parts.length
    part
  end
  trimmed.reject { |part| part.empty? }.join("\\")
end

def put_registry(doc)
  key, part, value = doc[:registry]
  key, part = part, "" if key.empty?
  return if (key + part + value).empty?
  put(doc, "registry.path", join([key, part, value]))
  hive = @hives.find do |prefix, _|
    start = key[0, prefix.length]
    start.casecmp(prefix) == 0 && [nil, "\\"].include?(key[prefix.length])
  end
  if hive
    put(doc, "registry.hive", hive[1])
    key = key[hive[0].length + 1..-1] || ""
  end
  put(doc, "registry.key", join([key, part])) unless (key + part).empty?
  put_text(doc, "registry.value", value)
end

# --- what is ours, and of the event ---

def put_monster(doc, record)
  columns = record[:columns]
  row = record[:row]
  expected = row.nil? ? 0 : row["columns"].length
  count = columns.length
  count -= 1 while count > expected && columns[count - 1].empty?
  put(doc, "monster.generation", record[:generation]) if record[:generation]
  put(doc, "monster.time", doc[:time]) if doc[:time]
  put(doc, "monster.columns", columns[0, count]) if row.nil? && count > 0
  put(doc, "monster.extra", columns[expected...count]) if row && count > expected
  put(doc, "monster.missing", expected - count) if count < expected
  put(doc, "monster.invalid", doc[:invalid]) unless doc[:invalid].empty?
  put(doc, "monster.problem", record[:problem]) if record[:problem]
end

def put_event(doc, record, text)
  row = record[:row]
  failed = record[:problem] && record[:problem] != "unknown event id"
  put(doc, "ecs.version", picket_ecs)
  put(doc, "event.dataset", "monster.events")
  put(doc, "event.module", "monster")
  put(doc, "event.kind", failed ? "pipeline_error" : "event")
  put(doc, "error.message", record[:problem]) if failed
  put_text(doc, "event.original", text) if record[:whole]
  put(doc, "event.code", record[:id]) if record[:id]
  return if row.nil?
  doc[:event].set("[#{row['kind'][0]}]", row["kind"][1]) if row["kind"]
  put(doc, "event.action", row["name"])
  put(doc, "event.category", row["category"].dup)
  put(doc, "event.type", row["type"].dup)
  row["fixed"].each { |path, value| put(doc, path, value) }
end

# --- tests of Logstash's own: it runs them before it starts the pipeline ---

test "a process start" do
  parameters { {} }
  in_event do
    { "message" => "1500\t7\t192.0.2.1\t131580361231234567\t42\t0\t0\t4\t1\tC:\\Lab\\a.exe\t" \
        "\"C:\\Lab\\a.exe\" -x\tLAB\\anna\tLAB\\Users`S-1-5-32-545`7\r\n" }
  end
  expect("columns have their names") do |events|
    events.first.get("ParentProcessId") == 4 && events.first.get("TerminalSessionId") == 1
  end
  expect("milliseconds are kept") do |events|
    events.first.get("CollectTime(KST)") == "2017-12-18 11:02:03.123"
  end
  expect("quotes are kept") do |events|
    events.first.get("[process][command_line]") == "\"C:\\Lab\\a.exe\" -x"
  end
  expect("no date is made of nothing") do |events|
    events.first.get("ProcessCreateTime(KST)").nil?
  end
  expect("groups are objects") do |events|
    events.first.get("Group") ==
      [{ "name" => "LAB\\Users", "sid" => "S-1-5-32-545", "attributes" => 7 }]
  end
end

test "a later id behind a header of syslog" do
  parameters { {} }
  in_event { { "message" => "<14>Dec 18 02:02:03 lab monster: 5502\t7\t192.0.2.1\t0\t42" } }
  expect("the whole record is kept") do |events|
    events.first.get("[monster][problem]") == "unknown event id" &&
      events.first.get("[monster][columns]") == ["5502", "7", "192.0.2.1", "0", "42"]
  end
end
