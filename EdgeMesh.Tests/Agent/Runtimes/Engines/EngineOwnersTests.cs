using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Discovery;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Mesh;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>Whose engine it is: another user's gets nothing before a yes.</summary>
public sealed class EngineOwnersTests
{
    // An Ollama of 15 lines, run by whoever wants prompts. Prints its port, then everything it is sent.
    private const string Listener = """
        use IO::Socket::INET; $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 0, Listen => 9) or die; print "PORT " . $s->sockport . "\n";
        while (my $c = $s->accept) {
          my ($h, $b) = ("", ""); while (my $l = <$c>) { last if $l =~ /^\r?$/; $h .= $l; }
          read($c, $b, $1) if $h =~ /content-length: (\d+)/i;
          my ($r) = $h =~ /^(\S+ \S+)/; print "GOT $r $b\n";
          my $a = $r =~ /tags/ ? '{"models":[{"name":"llama3:8b","size":5,"digest":"d"}]}' : $r =~ /show/ ? '{"model_info":{}}' : '{"version":"1"}';
          print $c "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " . length($a) . "\r\n\r\n$a"; close $c;
        }
        """;

    [Fact]
    public async Task EngineOfAnotherUser_GetsNoPromptBeforeAYes()
    {
        Stranger.Required();
        Assert.SkipUnless(LabTool.Exists("perl"), "Needs perl.");
        await using var stranger = ChildProcess.StartProgram([.. Stranger.Become, "perl", "-e", Listener]);
        var port = int.Parse((await stranger.LineAsync(l => l.StartsWith("PORT ", StringComparison.Ordinal)))[5..], System.Globalization.CultureInfo.InvariantCulture);
        using var directory = new TemporaryDirectory();
        var catalog = new RuntimeCatalog([]);
        await catalog.StartAsync(CancellationToken.None);
        var context = new EngineContext(SkillRules.Default, TimeProvider.System) { Book = new EngineBook(directory.Path) };
        using var discovery = new EngineDiscovery(
            catalog, new DiscoveryOptions { Engines = [KnownEngine.All.Single(e => e.Name == "Ollama") with { Port = port }] }, context, NullLogger<EngineDiscovery>.Instance);
        await discovery.StartAsync(CancellationToken.None);

        await Until.TrueAsync("it to be shown with its owner", () => catalog.Infos is [{ State: RuntimeState.Down, Owner: not null }]);
        var info = catalog.Infos[0];
        Assert.Equal((65534, true, false), (info.Owner!.Uid, info.Owner.IsOther, info.Owner.IsAllowed));
        Assert.EndsWith("/perl", info.Owner.Program, StringComparison.Ordinal);
        Assert.Contains("uid 65534", info.Reason, StringComparison.Ordinal);
        var engine = (ProbedRuntime)catalog.Find(info.Id)!;
        var task = new EdgeMesh.Core.Contracts.TaskRequest { ModelId = "llama3:8b", Kind = TaskKindValue.LlmGenerate, Text = "my secret diary", Summarize = new Summarize() };
        var refused = await Assert.ThrowsAsync<TaskFailedException>(() => engine.RunAsync(task, null!, TestContext.Current.CancellationToken));
        Assert.Equal(ReasonCode.Refused, refused.Reason);
        Assert.DoesNotContain("diary", stranger.Output, StringComparison.Ordinal);

        // A yes for one user is none for another.
        context.Book.Allow(info.Id, 65533, yes: true);
        await Assert.ThrowsAsync<TaskFailedException>(() => engine.RunAsync(task, null!, TestContext.Current.CancellationToken));
        context.Book.Allow(info.Id, 65534, yes: true);
        engine.LookAgain();
        await Until.TrueAsync("it to be ready", () => catalog.Infos is [{ State: RuntimeState.Ready, Owner.IsAllowed: true }]);
        Assert.True(new EngineBook(directory.Path).IsAllowed(info.Id, 65534));

        context.Book.Allow(info.Id, 65534, yes: false);
        engine.LookAgain();
        await Until.TrueAsync("it to be down again", () => catalog.Infos is [{ State: RuntimeState.Down }]);
        await discovery.StopAsync(CancellationToken.None);
        await catalog.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("0100007F:2CAA", "0A", 998, true)]
    [InlineData("00000000:2CAA", "0A", 998, true)]
    [InlineData("0100007F:2CAA", "0A", 1000, false)]
    [InlineData("0100007F:2CAA", "0A", 0, false)]
    public void Owner_OfAListener_IsReadFromTheKernel(string address, string state, int uid, bool isOther)
    {
        using var proc = new TemporaryDirectory();
        Write(proc, $"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  {uid}        0 777 1 0\n");
        var owner = PortOwners.Of(11434, proc.Path, me: 1000);
        Assert.Equal((uid, isOther), (owner!.Uid, owner.IsOther));
    }

    [Theory]
    [InlineData("0100007F:2CAA", "01")] // a connection
    [InlineData("0100007F:2CAB", "0A")] // another port
    [InlineData("0200A8C0:2CAA", "0A")] // another address
    public void Owner_OfSomethingElse_IsNot(string address, string state)
    {
        using var proc = new TemporaryDirectory();
        Write(proc, $"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  998        0 777 1 0\n");
        Assert.Null(PortOwners.Of(11434, proc.Path, me: 1000));
    }

    [Fact]
    public void Owner_OfTheLoopbackAddress_ComesBeforeThatOfAllAddresses()
    {
        using var proc = new TemporaryDirectory();
        Write(proc, "   0: 00000000:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 776 1 0\n   1: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  998        0 777 1 0\n");
        Assert.Equal(998, PortOwners.Of(11434, proc.Path, me: 1000)!.Uid);
    }

    [Fact]
    public void Book_Damaged_SaysYesToNothing()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["engines.json"], "{");
        Assert.False(new EngineBook(directory.Path).IsAllowed("ollama:127.0.0.1:11434", 998));
    }

    private static void Write(TemporaryDirectory proc, string rows)
    {
        Directory.CreateDirectory(proc["net"]);
        File.WriteAllText(proc["net/tcp"], "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" + rows);
    }
}
