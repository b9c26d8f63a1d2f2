using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Costing;

/// <summary>What a task is learned under.</summary>
public static class CalibrationKeys
{
    extension(CalibrationKey)
    {
        /// <summary>The key of a task on a runtime with a model.</summary>
        public static CalibrationKey Of(PlannedTask task, string runtimeId, string modelId) => new(runtimeId, modelId, task.Kind, task.Skill, OnnxSizes.Of(task.Options));
    }
}
