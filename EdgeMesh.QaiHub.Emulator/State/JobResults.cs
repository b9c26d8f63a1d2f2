using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>What jobs found out, a file each: a profile of a large model is large too, and seldom asked for.</summary>
internal sealed class JobResults(string folder)
{
    private readonly string _folder = Directory.CreateDirectory(folder).FullName;

    public void Keep(string job, JobResult result) => File.WriteAllBytes(PathOf(job), result.ToByteArray());

    /// <summary>Null when there is none: not yet, or the job failed.</summary>
    public JobResult? Find(JobEntry job) => job.Ended && File.Exists(PathOf(job.Id)) ? JobResult.Parser.ParseFrom(File.ReadAllBytes(PathOf(job.Id))) : null;

    private string PathOf(string job) => Path.Combine(_folder, job + ".pb");
}
