# A small stand-in for Logstash's event, time stamp and ruby filter, as far as monster.rb needs them.
#
#	ruby logstash_standin.rb SCRIPT test		runs the tests in SCRIPT
#	ruby logstash_standin.rb SCRIPT <records	prints a document for each line of the input
require "json"

module LogStash
  # Field references: "name" or "[object][member]".
  class Event
    def initialize(fields)
      @fields = fields
    end

    def get(reference)
      path(reference).inject(@fields) { |at, name| at.is_a?(Hash) ? at[name] : nil }
    end

    def set(reference, value)
      names = path(reference)
      inner = names[0..-2].inject(@fields) do |at, name|
        at[name] = {} unless at[name].is_a?(Hash)
        at[name]
      end
      inner[names.last] = value
    end

    def remove(reference)
      names = path(reference)
      inner = names[0..-2].inject(@fields) { |at, name| at.is_a?(Hash) ? at[name] : nil }
      inner.delete(names.last) if inner.is_a?(Hash)
    end

    def to_hash
      @fields
    end

    private

    # Logstash takes these references and no others.
    def path(reference)
      return [reference] if reference =~ /\A[^\[\],]+\z/
      raise "no field reference: #{reference}" unless reference =~ /\A(\[[^\[\],]+\])+\z/
      reference[1..-2].split("][")
    end
  end

  class Timestamp
    def self.at(seconds, microseconds = 0)
      new(Time.at(seconds, microseconds).utc)
    end

    def initialize(time)
      @time = time
    end

    def to_json(*rest)
      @time.strftime("%Y-%m-%dT%H:%M:%S.%LZ").to_json(*rest)
    end
  end
end

# What a script is run in; `test` and what is in it do nothing unless tests are to be run.
class Context
  def initialize(path, tests)
    @tests = tests
    instance_eval(File.read(path), path)
  end

  def test(name, &block)
    @tests << [name, block] if @tests
  end
end

class ScriptTest
  def initialize(path)
    @path = path
    @parameters = {}
    @checks = []
  end

  def parameters
    @parameters = yield
  end

  def in_event
    @fields = yield
  end

  def expect(name, &block)
    @checks << [name, block]
  end

  def failures
    context = Context.new(@path, nil)
    context.register(@parameters)
    events = context.filter(LogStash::Event.new(@fields))
    @checks.reject { |_, check| check.call(events) }.map { |name, _| name }
  end
end

script = ARGV[0]
if ARGV[1] == "test"
  tests = []
  Context.new(script, tests)
  wrong = tests.flat_map do |name, block|
    one = ScriptTest.new(script)
    one.instance_eval(&block)
    one.failures.map { |failure| "#{name}: #{failure}" }
  end
  wrong.each { |line| warn(line) }
  puts "#{tests.length} tests"
  exit(tests.empty? || !wrong.empty? ? 1 : 0)
end

context = Context.new(script, nil)
context.register({})
$stdin.set_encoding("UTF-8")
$stdin.each_line("\n") do |line|
  event = LogStash::Event.new({ "message" => line })
  context.filter(event).each { |found| puts(JSON.generate(found.to_hash)) }
end
