using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Range = EdgeMesh.QaiHub.Wire.Range;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.QaiHub.Jobs;

public sealed class JobRecordTests
{
    [Fact]
    public void Of_MessageOfALaterService_KeepsWhatItDoesNotKnow()
    {
        // A job with a project (99) inside and outside, as later clients have them.
        var later = Fields((99, "project"), (4, Fields((1, "j5w2gx7p5"), (98, "project"), (6, Fields((1, "Phone"), (97, "colour"))))));
        var job = JobRecords.Of(Job.Parser.ParseFrom(later));
        Assert.Equal(("j5w2gx7p5", JobType.Compile, "Phone"), (job.Id, job.Type, job.Device!.Name));
        var again = Job.Parser.ParseFrom(job.Message.ToByteArray());
        Assert.Equal(job.Message, again);
        Assert.Equal(later.Length, again.CalculateSize());
        Assert.Contains("colour", again.ToByteString().ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_StateOfALaterService_StaysANumber()
    {
        var job = JobRecords.Of(new Job { LinkJob = new LinkJob { LinkJobId = "j5w2gx7p5", JobState = (JobState)777 } });
        Assert.False(job.Ended);
        Assert.Equal("State 777", job.State.Title());
    }

    [Fact]
    public void Of_EachKind_IsRead()
    {
        Job[] jobs =
        [
            new() { CompileJob = new CompileJob { CompileJobId = "a", JobState = JobState.Failed, FailureReason = "no", Devices = new DeviceList { Devices = { new Device { Name = "D" } } } } },
            new() { ProfileJob = new ProfileJob { ProfileJobId = "b", ExecutionTime = 2_000, PeakMemoryUsage = 5, Device = new Device { Name = "D" } } },
            new() { InferenceJob = new InferenceJob { InferenceJobId = "c", Device = new Device { Name = "D" } } },
            new() { QuantizeJob = new QuantizeJob { QuantizeJobId = "d" } },
            new() { LinkJob = new LinkJob { LinkJobId = "e" } },
        ];
        var records = jobs.Select(JobRecords.Of).ToList();
        Assert.Equal(["a", "b", "c", "d", "e"], records.Select(r => r.Id));
        Assert.Equal([JobType.Compile, JobType.Profile, JobType.Inference, JobType.Quantize, JobType.Link], records.Select(r => r.Type));
        Assert.Equal(["D", "D", "D", null, null], records.Select(r => r.Device?.Name));
        Assert.Equal(("no", TimeSpan.FromMilliseconds(2), 5L), (records[0].FailureReason, records[1].InferenceTime, records[1].PeakMemory));
        Assert.Throws<QaiHubException>(() => JobRecords.Of(new Job()));
    }

    [Fact]
    public void Of_TimeThatNoCalendarHas_IsNone() =>
        Assert.Null(JobRecords.Of(new Job { LinkJob = new LinkJob { CreationTime = new Timestamp { Seconds = long.MaxValue } } }).Created);

    [Fact]
    public void Profile_Result_HasTimesMemoryAndShares()
    {
        var result = new JobResult
        {
            ProfileJobResult = new ProfileJobResult
            {
                Profile = new ProfileDetail
                {
                    ExecutionTime = 1_200,
                    AllExecutionTimes = { 1_200, 1_300 },
                    ColdLoadTime = 90_000,
                    ExecutionMemory = new ProfileDetail.Types.MemoryUsage { Peak = new Range { Lower = 10, Upper = 20 } },
                    LayerDetails =
                    {
                        new LayerDetail { Name = "conv", LayerTypeName = "Conv", ComputeUnit = ComputeUnit.Npu, ExecutionTime = 900 },
                        new LayerDetail { Name = "relu", ComputeUnit = ComputeUnit.Npu, ExecutionTime = 0 },
                        new LayerDetail { Name = "nms", ComputeUnit = ComputeUnit.Cpu, ExecutionTime = 300 },
                    },
                    ToolVersions = { new ToolVersion { Name = "QAIRT", Version = "2.45" } },
                },
            },
        };
        var profile = HubProfile.Of(result);
        Assert.Equal((1.2, 2, (10L, 20L), 90d, null), (profile.Inference.TotalMilliseconds, profile.AllInferences.Length, profile.PeakMemory, profile.FirstLoad!.Value.TotalMilliseconds, profile.WarmLoad));
        Assert.Equal([(ComputeUnit.Npu, 2, 0.75), (ComputeUnit.Cpu, 1, 0.25)], profile.Units.Select(u => (u.Unit, u.Layers, u.Share)));
        Assert.Equal(["QAIRT 2.45"], profile.Tools);
        Assert.Equal(HubFailure.NotReady, Assert.Throws<QaiHubException>(() => HubProfile.Of(new JobResult { CompileJobResult = new CompileJobResult() })).Kind);
    }

    private static byte[] Fields(params (int Number, object Value)[] fields)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory))
        {
            foreach (var (number, value) in fields)
            {
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(value is string text ? ByteString.CopyFromUtf8(text) : ByteString.CopyFrom((byte[])value));
            }
        }

        return memory.ToArray();
    }
}
